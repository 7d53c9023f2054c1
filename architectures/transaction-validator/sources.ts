/** Where the document gives each setting. */
export const sources = {
  // Network
  "network.cidr": { line: 40, text: "**VPC**: Isolated network (10.0.0.0/16)" },
  "network.zones": { line: 41, text: "across 3 AZs" },
  "network.subnets": { line: 41, text: "**Subnets**: Public, Private, Database across 3 AZs" },
  "network.nat": { line: 105, text: "Multi-AZ NAT gateways" },
  "environments.development.network.nat": { line: 99, text: "Single NAT gateway" },

  // Entry
  "entry.certificate": { line: 74, text: "ALB (SSL termination)" },
  "entry.waf.managed": { line: 65, text: "injection protection" },
  "entry.waf.protects": { line: 12, text: "AWS WAF" },
  "entry.ddos": { line: 65, text: "DDoS" },
  "entry.loadBalancer": { line: 86, text: "**Load Balancing**: ALB distributes traffic" },
  "entry.loadBalancer.routes.0.to": { line: 75, text: "ALB → Kubernetes Service → Pod" },
  "entry.loadBalancer.listeners.1.protocol": { line: 9, text: "HTTPS" },
  "entry.loadBalancer.listeners.1.minimumTls": { line: 136, text: "Encryption in transit (TLS 1.2+)" },

  // Compute
  "compute.kind": { line: 22, text: "EKS Cluster (3 AZs)" },
  "compute.version": { line: 46, text: "**EKS Cluster**: Managed Kubernetes (v1.28)" },
  "compute.nodeGroups": { line: 47, text: "**Node Groups**: Auto-scaling worker nodes" },
  "compute.nodeGroups.main.instanceTypes": { line: 106, text: "Production instances (r6g/r7g)" },
  "environments.development.compute.nodeGroups.main.instanceTypes": {
    line: 100,
    text: "Smaller instances (t3/t4g)",
  },
  "compute.clusterAutoscaler": { line: 84, text: "Cluster Autoscaler for nodes" },
  "compute.workloadIdentity": { line: 63, text: "**IAM**: IRSA for pod permissions" },
  "compute.networkPolicies": { line: 127, text: "Network policies in Kubernetes" },

  // The service
  "services.validator": { line: 25, text: "Transaction Validator Pods" },
  "services.validator.probes": { line: 85, text: "Liveness, readiness, startup probes" },
  "services.validator.limits": { line: 118, text: "Increase pod resource limits" },
  "services.validator.replicas": { line: 26, text: "(3-20 replicas with HPA)" },
  "services.validator.replicas.min": { line: 113, text: "**Application**: 3-20 pods via HPA" },
  "services.validator.replicas.desired": { line: 107, text: "High availability (3+ replicas)" },
  "services.validator.replicas.max": { line: 113, text: "3-20 pods" },
  "environments.development.services.validator.replicas": { line: 101, text: "Minimal replicas" },
  "services.validator.scaling": { line: 84, text: "HPA for pods" },
  "services.validator.uses.0": { line: 77, text: "If not cached, query PostgreSQL" },
  "services.validator.uses.1": { line: 76, text: "Pod checks Redis for cached data" },

  // Stores
  "stores.database.engine": { line: 51, text: "**Aurora PostgreSQL**: Primary database" },
  "stores.database.instance": { line: 106, text: "r6g/r7g" },
  "environments.development.stores.database.instance": { line: 100, text: "t3/t4g" },
  "stores.database.multiZone": { line: 51, text: "(Multi-AZ)" },
  "stores.database.readReplicas": { line: 114, text: "**Database**: Add read replicas" },
  "stores.database.backup.retention": { line: 52, text: "Automated backups (7 days)" },
  "stores.database.backup.every": { line: 93, text: "**Backups**: Automated daily snapshots" },
  "stores.database.backup.pointInTime": { line: 94, text: "**Recovery**: Point-in-time restore capability" },
  "stores.database.encryption": { line: 53, text: "Encrypted at rest" },
  "stores.database.encryption.atRest": { line: 135, text: "Encryption at rest (KMS)" },
  "stores.database.encryption.inTransit": { line: 136, text: "Encryption in transit (TLS 1.2+)" },
  "stores.database.subnets": { line: 125, text: "Private subnets for compute/data" },
  "stores.cache": { line: 56, text: "**ElastiCache Redis**: Caching layer" },
  "stores.cache.multiZone": { line: 33, text: "(Multi-AZ)" },
  "stores.cache.readReplicas": { line: 115, text: "**Cache**: Add Redis nodes" },
  "stores.cache.instance": { line: 106, text: "r6g/r7g" },
  "environments.development.stores.cache.instance": { line: 100, text: "t3/t4g" },
  "stores.cache.purposes.0": { line: 57, text: "Session storage" },
  "stores.cache.purposes.1": { line: 58, text: "Rate limiting" },
  "stores.cache.purposes.2": { line: 59, text: "Validation rules cache" },

  // Security
  "security.keys": { line: 62, text: "KMS for data at rest, TLS for transit" },
  "security.secretsIn": { line: 64, text: "**Secrets Manager**: Credential storage" },
  "security.administrators.rbac": { line: 131, text: "RBAC for Kubernetes access" },
  "security.administrators.mfa": { line: 132, text: "MFA for production access" },
  "security.detection": { line: 140, text: "Audit logging (CloudTrail)" },
  "security.compliance": { line: 142, text: "PCI-DSS controls implemented" },

  // Observability, delivery, recovery, bill
  "observability.logs.backend": { line: 68, text: "**CloudWatch**: Logs and metrics" },
  "observability.metrics.backend": { line: 70, text: "**Prometheus**: Application metrics" },
  "observability.notify": { line: 69, text: "**SNS**: Alert notifications" },
  "delivery.stages.1": { line: 141, text: "Security scanning in CI/CD" },
  "recovery.rto": { line: 91, text: "30 minutes" },
  "recovery.rpo": { line: 92, text: "5 minutes" },
  "billing.savings.0": { line: 99, text: "Single NAT gateway" },
};
