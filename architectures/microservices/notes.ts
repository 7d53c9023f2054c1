/** Where the document contradicts itself or says what the architecture cannot follow, and what it holds instead. */
export const notes = [
  {
    about: "Node types, and spot capacity",
    kind: "contradiction",
    statements: [
      { line: 126, text: "**Instance Types**: t3.medium, t3.large, t3.xlarge" },
      { line: 127, text: "**Auto Scaling**: 1-20 nodes based on demand" },
      { line: 134, text: 'instanceTypes: ["t3.medium", "t3.large"]' },
      { line: 138, text: 'capacityType: "ON_DEMAND"' },
      { line: 305, text: "**Spot Instances**: Non-critical workloads" },
    ],
    decision:
      "The group main is exactly as configured. t3.xlarge and spot capacity, which the configuration leaves out, make a second group that starts with no node; the two together never have more than 20.",
  },
  {
    about: "Bounds of the pods",
    kind: "contradiction",
    statements: [
      { line: 163, text: "**Replicas**: 3 (min), 10 (max)" },
      { line: 169, text: "**Replicas**: 2 (min), 15 (max)" },
      { line: 175, text: "**Replicas**: 3 (min), 20 (max)" },
      { line: 241, text: "minReplicas: 2" },
      { line: 242, text: "maxReplicas: 20" },
    ],
    decision:
      "Each service has its own bounds; the general ones are the widest of them. The thresholds, 70 % and 80 %, hold for all three.",
  },
  {
    about: "One node, three zones",
    kind: "contradiction",
    statements: [
      { line: 135, text: "minSize: 1" },
      { line: 246, text: "minNodes: 1" },
      { line: 137, text: "desiredSize: 3" },
      { line: 265, text: "**Availability Zones**: 3 zones minimum" },
      { line: 266, text: "**Pod Distribution**: Anti-affinity rules" },
    ],
    decision:
      "The bounds stand, so that pods prefer other zones and do not insist on them. With the desired three nodes there is one in each zone; scaled in to one, the system does not survive the loss of its zone.",
  },
  {
    about: "NAT gateways: one or several",
    kind: "contradiction",
    statements: [
      { line: 18, text: "NAT[NAT Gateway]" },
      { line: 109, text: "NAT Gateway instances" },
    ],
    decision: "One in every zone in production, one in development: the text beats the diagram.",
  },
  {
    about: "Where the database subnets are",
    kind: "contradiction",
    statements: [
      { line: 21, text: 'subgraph "Private Subnets"' },
      { line: 45, text: 'subgraph "Database Subnets"' },
      { line: 116, text: "**Database Subnets**: 10.0.52.0/24, 10.0.53.0/24, 10.0.54.0/24" },
    ],
    decision: "A tier of their own: the diagram draws them inside the private subnets, the plan does not.",
  },
  {
    about: "Who reaches Redis",
    kind: "contradiction",
    statements: [
      { line: 154, text: "**Usage**: Session storage, caching, rate limiting" },
      { line: 168, text: "**Features**: Rate limiting, authentication, routing" },
      { line: 184, text: "backend -> redis: Redis protocol" },
    ],
    decision:
      "The backend and the gateway: the gateway limits rates, and a limit that up to 15 pods share has to be kept where they all see it.",
  },
  {
    about: "One Redis pod",
    statements: [
      { line: 41, text: "R1[Redis Pod 1]" },
      { line: 152, text: "**Persistence**: Persistent volume claims" },
      { line: 265, text: "**Availability Zones**: 3 zones minimum" },
      { line: 274, text: "**Graceful Degradation**: Service degradation strategies" },
    ],
    decision:
      "One pod with a volume, as drawn. A volume belongs to one zone, so that Redis is away while its zone is; the services then go on without it.",
  },
  {
    about: "Requests and limits",
    statements: [
      { line: 164, text: "**Resources**: 128Mi memory, 100m CPU" },
      { line: 153, text: "**Memory**: 256Mi requests, 512Mi limits" },
      { line: 253, text: "**Quality of Service**: Burstable and guaranteed pods" },
    ],
    decision:
      "Where the document gives one figure it is request and limit, and the pod is Guaranteed; Redis, with two, is Burstable.",
  },
  {
    about: "Traffic between the pods",
    statements: [
      { line: 181, text: "frontend -> api-gateway: HTTP/HTTPS" },
      { line: 182, text: "api-gateway -> backend: HTTP/HTTPS" },
      { line: 194, text: "**Encryption**: In-transit and at-rest" },
      { line: 325, text: "**Zero Trust**: Principle of least privilege" },
    ],
    decision:
      "HTTP between pods, each connection allowed by name and each call authenticated; TLS from clients and to the stores. Encryption between pods needs a mesh, of which the document does not speak.",
  },
  {
    about: "Who deploys: the pipeline or the cluster",
    kind: "contradiction",
    statements: [
      { line: 87, text: "CI --> S3" },
      { line: 88, text: "CI --> EKS" },
      { line: 340, text: "**GitOps**: Declarative configuration" },
    ],
    decision:
      "Argo CD in the cluster takes what the pipeline has committed; the pipeline has no access to the cluster. Reports and bundles go to a bucket.",
  },
  {
    about: "Logstash and Fluentd",
    statements: [
      { line: 229, text: "**ELK Stack**: Elasticsearch, Logstash, Kibana" },
      { line: 230, text: "**Fluentd**: Log collection and forwarding" },
    ],
    decision:
      "Both: Fluentd collects on every node and forwards to Logstash, which parses for Elasticsearch.",
  },
  {
    about: "Where the monitoring runs",
    kind: "contradiction",
    statements: [
      { line: 50, text: 'subgraph "Monitoring"' },
      { line: 185, text: "monitoring -> all-services: Metrics collection" },
    ],
    decision: "In the cluster: the diagram draws it outside the VPC, from where it could reach no pod.",
  },
  {
    about: "Recovery objectives without figures",
    statements: [{ line: 279, text: "**RTO/RPO**: Recovery time and point objectives" }],
    decision:
      "None is declared: the document gives no time, and a time of ours would be held against nothing.",
  },
  {
    about: "Service level objectives without figures",
    kind: "gap",
    statements: [
      { line: 345, text: "**SLI/SLO**: Service level indicators" },
      { line: 285, text: "**API Response**: < 200ms (95th percentile)" },
    ],
    decision:
      "The latency objective follows from the latency target. 99.9 % availability in 30 days is ours, and an error budget of 43 minutes.",
  },
  {
    about: "Page load without a statistic",
    kind: "gap",
    statements: [
      { line: 285, text: "**API Response**: < 200ms (95th percentile)" },
      { line: 288, text: "**Page Load**: < 2 seconds" },
    ],
    decision: "The 95th percentile, as for the API.",
  },
  {
    about: "The application",
    statements: [
      { line: 161, text: "**Technology**: React 18 with Material-UI" },
      { line: 162, text: "**Deployment**: Nginx containers" },
      { line: 173, text: "**Technology**: Node.js with TypeScript" },
    ],
    decision:
      "Ours, in the same technologies; the backend is our validator. On AWS nginx serves the front end, in the twin a Node.js program does.",
  },
  {
    about: "Kubernetes 1.28 and PostgreSQL 15.4",
    statements: [
      { line: 124, text: "**Version**: Kubernetes 1.28" },
      { line: 144, text: "**Engine**: PostgreSQL 15.4" },
    ],
    decision:
      "Kept as the document has them. EKS ended extended support of 1.28 in November 2025, and RDS has withdrawn the early minor versions of 15: raise both before you apply.",
  },
] as const;
