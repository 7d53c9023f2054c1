/** Where the document gives each setting. */
export const sources = {
  // Network
  "network.cidr": { line: 115, text: "VPC CIDR: 10.0.0.0/16" },
  "network.zones": { line: 80, text: "Cross-AZ deployment for high availability" },
  "network.subnets.public.0": { line: 118, text: "10.0.1.0/24 (AZ-A) - ALB, NAT Gateway" },
  "network.subnets.public.1": { line: 119, text: "10.0.2.0/24 (AZ-B) - ALB, NAT Gateway" },
  "network.subnets.private.0": { line: 122, text: "10.0.11.0/24 (AZ-A) - Application instances" },
  "network.subnets.private.1": { line: 123, text: "10.0.12.0/24 (AZ-B) - Application instances" },
  "network.subnets.database.0": { line: 126, text: "10.0.21.0/24 (AZ-A) - RDS Primary" },
  "network.subnets.database.1": { line: 127, text: "10.0.22.0/24 (AZ-B) - RDS Standby" },
  "network.nat": { line: 178, text: "Redundant NAT Gateways" },
  "network.databaseRoute": { line: 133, text: "Database subnets have no external routing" },
  "network.networkAcls": { line: 143, text: "NACLs for additional protection" },

  // Entry
  "entry.certificate": { line: 65, text: "SSL/TLS termination (when configured)" },
  "entry.loadBalancer.listeners.0.port": { line: 70, text: "HTTP (port 80)" },
  "entry.loadBalancer.listeners.1.port": { line: 70, text: "HTTPS (port 443) ready" },
  "entry.loadBalancer.routes.0.to": { line: 71, text: "Routes to application instances on port 8000" },
  "entry.loadBalancer.accessLogs": { line: 66, text: "Access logging to S3" },

  // Compute
  "compute.kind": { line: 76, text: "**EC2 Auto Scaling Group**" },
  "compute.image": { line: 79, text: "Launch Template with user data for application setup" },
  "compute.volume.encrypted": { line: 152, text: "Encryption at rest (RDS, S3, EBS)" },
  "compute.cloudWatchAgent": { line: 87, text: "CloudWatch agent for custom metrics" },
  "compute.detailedMonitoring": { line: 82, text: "Integration with CloudWatch for monitoring" },
  "compute.unit": { line: 88, text: "Systemd service for process management" },
  "compute.instanceRefresh": { line: 163, text: "Replacement rather than modification" },

  // The service
  "services.api.image": { line: 241, text: "Container image redeployment from ECR" },
  "services.api.port": { line: 71, text: "port 8000" },
  "services.api.targetHealth.path": { line: 64, text: "Health checks on `/health` endpoint" },
  "services.api.targetHealth.interval": { line: 72, text: "HTTP GET `/health` with 30-second intervals" },
  "services.api.replicas.desired": { line: 33, text: "Instance" },
  "services.api.workers": { line: 86, text: "Gunicorn WSGI server (4 workers)" },
  "services.api.scaling": { line: 81, text: "Auto scaling based on CPU utilization" },
  "services.api.scaling.0.threshold": { line: 91, text: "Scale Up: CPU > 80%" },
  "services.api.scaling.0.periods": { line: 91, text: "for 2 evaluation periods" },
  "services.api.scaling.0.cooldown": { line: 93, text: "Cooldown: 5 minutes between scaling activities" },
  "services.api.scaling.1.threshold": { line: 92, text: "Scale Down: CPU < 20%" },
  "services.api.scaling.1.periods": { line: 92, text: "for 2 evaluation periods" },
  "services.api.scaling.1.cooldown": { line: 93, text: "Cooldown: 5 minutes between scaling activities" },
  "services.api.rollout": { line: 170, text: "Graceful instance replacement" },
  "services.api.secrets": { line: 147, text: "Secrets management integration" },
  "services.api.runAsNonRoot": { line: 146, text: "Non-root container execution" },

  // Stores
  "stores.database.version": { line: 100, text: "Engine: PostgreSQL 15.4" },
  "stores.database.subnets": { line: 39, text: "Database Subnets" },
  "stores.database.publicAccess": {
    line: 108,
    text: "Security group allowing access only from application tier",
  },
  "stores.database.multiZone": { line: 101, text: "Multi-AZ deployment for high availability" },
  "stores.database.encryption": { line: 103, text: "Encryption at rest and in transit" },
  "stores.database.encryption.inTransit": { line: 153, text: "Encryption in transit (HTTPS, SSL)" },
  "stores.database.backup": { line: 232, text: "RDS automated backups (7-day retention)" },
  "stores.database.backup.retention": { line: 102, text: "Automated backups with 7-day retention" },
  "stores.database.backup.pointInTime": { line: 239, text: "Point-in-time recovery from RDS backups" },
  "environments.production.stores.database.backup.copyTo": {
    line: 233,
    text: "Cross-region backup replication (configurable)",
  },
  "stores.database.insights": { line: 104, text: "Performance Insights enabled" },
  "stores.database.connectionsPerReplica": { line: 216, text: "Connection pooling" },
  "stores.logs": { line: 51, text: "ALB Logs" },

  // Security
  "secrets.database-credentials": { line: 109, text: "Credentials stored in AWS Secrets Manager" },
  "security.secretsIn": { line: 242, text: "Secrets and configuration from AWS services" },
  "security.application.0": { line: 148, text: "Input validation and sanitization" },
  "security.application.1": { line: 149, text: "Security headers implementation" },
  "security.application.2": { line: 155, text: "Audit logging" },

  // Observability
  "observability.logs.backend": { line: 50, text: "CloudWatch" },
  "observability.metrics.business": { line: 183, text: "Custom application metrics" },
  "observability.dashboards": { line: 51, text: "Dashboards" },
  "observability.alarms.0.above": { line: 91, text: "CPU > 80%" },
  "observability.alarms": { line: 225, text: "Resource monitoring and alerting" },
  "observability.notify": { line: 185, text: "Alerting and notification" },

  // Delivery and recovery
  "delivery.pipeline": { line: 12, text: "Actions" },
  "delivery.stages": {
    line: 202,
    text: "Deploy to staging, manual approval, deploy to production",
  },
  "delivery.stages.0": { line: 201, text: "Run tests, security scans, build image" },
  "delivery.stages.6": { line: 203, text: "Verify deployment success" },
  "delivery.infrastructure": { line: 161, text: "Infrastructure defined as code (Terraform)" },
  "environments.staging": { line: 202, text: "Deploy to staging" },
  "recovery.rto": { line: 246, text: "30 minutes" },
  "recovery.rpo": { line: 247, text: "5 minutes" },
  "billing.savings": { line: 171, text: "Cost optimization through demand-based scaling" },
};
