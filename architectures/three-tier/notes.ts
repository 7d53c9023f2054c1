/** Where the document contradicts itself or says what the architecture cannot follow, and what it holds instead. */
export const notes = [
  {
    about: "The total of the monthly costs",
    statements: [
      { line: 310, text: "EKS Cluster | $150-300" },
      { line: 311, text: "RDS MySQL | $200-400" },
      { line: 312, text: "DocumentDB | $150-300" },
      { line: 313, text: "ElastiCache | $100-200" },
      { line: 314, text: "ALB/NLB | $50-100" },
      { line: 315, text: "CloudFront | $50-150" },
      { line: 316, text: "S3 Storage | $20-50" },
      { line: 317, text: "Data Transfer | $50-100" },
      { line: 318, text: "Monitoring | $50-100" },
      { line: 319, text: "**Total** | **$700-1,450**" },
    ],
    decision:
      "The rows add up to $820-1,700. Each row and the total is an objective of its own, checked against the bill as it is claimed.",
  },
  {
    about: "What the cost table leaves out",
    statements: [
      { line: 163, text: "Resources: ALB, NAT Gateways" },
      { line: 12, text: "(CDN + WAF)" },
      { line: 70, text: "AWS Secrets Manager for credentials" },
      { line: 242, text: "Cross-region replication" },
      { line: 329, text: "GuardDuty, Security Hub, CloudTrail" },
    ],
    decision: "All of it is in the architecture and in its bill; only the claimed total has a place for it.",
  },
  {
    about: "ALB or NLB",
    kind: "contradiction",
    statements: [
      { line: 21, text: "ALB" },
      { line: 106, text: "Application Load Balancer" },
      { line: 314, text: "ALB/NLB | $50-100" },
    ],
    decision: "One Application Load Balancer: nothing but the cost table speaks of an NLB.",
  },
  {
    about: "Where the WAF stands",
    kind: "contradiction",
    statements: [
      { line: 12, text: "(CDN + WAF)" },
      { line: 200, text: "If API request: Forward to ALB" },
      { line: 201, text: "**WAF** → Inspects and filters request" },
      { line: 181, text: "Inbound: 443 (HTTPS) from 0.0.0.0/0" },
      { line: 325, text: "WAF, CloudFront, Route53" },
    ],
    decision:
      "At the CDN and at the load balancer: the load balancer is open to every address, so a WAF at the CDN alone could be walked round.",
  },
  {
    about: "The tier that Redis is in",
    kind: "contradiction",
    statements: [
      { line: 21, text: "Redis" },
      { line: 128, text: "**Redis Cache**" },
      { line: 175, text: "Resources: RDS, DocumentDB, ElastiCache" },
    ],
    decision:
      "The database subnets: the subnet plan beats the diagram, which draws it in the application tier.",
  },
  {
    about: "What the nodes may reach",
    statements: [
      { line: 70, text: "AWS Secrets Manager for credentials" },
      { line: 163, text: "Resources: ALB, NAT Gateways" },
      { line: 186, text: "Outbound: 3306 (MySQL), 27017 (MongoDB), 6379 (Redis)" },
    ],
    decision:
      "The pods reach these three ports. The nodes also need DNS, and 443 for the control plane, the registry, Secrets Manager and the logs: without them no node joins the cluster.",
  },
  {
    about: "Istio, now and later",
    statements: [
      { line: 116, text: "Service mesh (Istio)" },
      { line: 372, text: "**Service mesh** (Istio) for advanced traffic management" },
    ],
    decision:
      "The mesh is there, with mutual TLS and retries, as the list of components has it. Splitting traffic between versions is what stays planned.",
  },
  {
    about: "Redis' append-only file and six-hourly snapshots",
    statements: [
      { line: 175, text: "Resources: RDS, DocumentDB, ElastiCache" },
      { line: 250, text: "Snapshots every 6 hours" },
      { line: 251, text: "AOF (Append-Only File) persistence" },
    ],
    decision:
      "Both are declared. Redis writes the file wherever we run it; ElastiCache takes none since Redis 2.8.22, and there the replicas in the other zones stand in for it. ElastiCache's own snapshots come once a day, so that a schedule asks for the others.",
  },
  {
    about: "Recovery within 15 minutes or within 30",
    statements: [
      { line: 260, text: "**RTO (Recovery Time Objective)**: 15 minutes" },
      { line: 266, text: "**Region Failure**: Manual DNS update to DR region (< 30 minutes)" },
    ],
    decision:
      "Two objectives: 15 minutes where everything is lost and made anew from code and backups, 30 where the region is gone and the other takes over.",
  },
  {
    about: "What stands ready in the second region",
    statements: [
      { line: 242, text: "Cross-region replication" },
      { line: 255, text: "Cross-region replication" },
      { line: 266, text: "Manual DNS update to DR region (< 30 minutes)" },
      { line: 365, text: "**Multi-region deployment** for global availability" },
    ],
    decision:
      "A pilot light in us-west-2: MySQL's backups and the site are copied, servers are made when they are needed, and DNS is changed by hand. The document names no region. It copies neither DocumentDB nor Redis, and neither do we: what is lost with them is counted in the recovery point.",
  },
  {
    about: "Sticky sessions and sessions in Redis",
    statements: [
      { line: 110, text: "Sticky sessions" },
      { line: 129, text: "Session storage" },
    ],
    decision:
      "Both are declared. A session survives the loss of its pod because it is in Redis; stickiness only keeps a client near a warm cache.",
  },
  {
    about: "Spot capacity",
    statements: [
      { line: 118, text: "Spot instances for cost optimization" },
      { line: 300, text: "**Spot Instances**: Use for non-critical workloads" },
    ],
    decision: "A node group of its own, which the API does not use.",
  },
  {
    about: "Figures that the document leaves open",
    kind: "gap",
    statements: [
      { line: 99, text: "Rate limiting" },
      { line: 100, text: "Geo-blocking" },
      { line: 115, text: "Auto-scaling node groups" },
      { line: 137, text: "**RDS MySQL**" },
    ],
    decision:
      "Versions, sizes, counts and monthly usage are ours, chosen so that the components can be had for what the document says they cost. The rate limit and the blocked country stand for your own.",
  },
  {
    about: "The application",
    statements: [
      { line: 23, text: "FastAPI" },
      { line: 24, text: "Python API" },
      { line: 120, text: "**Backend API (FastAPI)**" },
      { line: 126, text: "Async processing" },
    ],
    decision:
      "In place of the FastAPI application runs our validator, in TypeScript: REST with OpenAPI, on the same port.",
  },
] as const;

export const planned = [
  {
    what: "Deployment in several regions",
    claim: { line: 365, text: "**Multi-region deployment** for global availability" },
  },
  { what: "GraphQL beside REST", claim: { line: 366, text: "**GraphQL API** for flexible querying" } },
  {
    what: "Events through EventBridge",
    claim: { line: 367, text: "**Event-driven architecture** with EventBridge" },
  },
  {
    what: "Scaling ahead of a learned load",
    claim: { line: 368, text: "**Machine learning** for predictive scaling" },
  },
  { what: "Shield Advanced", claim: { line: 369, text: "**Advanced security** with AWS Shield Advanced" } },
  {
    what: "Image scanning in the registry",
    claim: { line: 370, text: "**Container scanning** with ECR image scanning" },
  },
  {
    what: "A managed API Gateway",
    claim: { line: 371, text: "**API Gateway** for advanced API management" },
  },
  {
    what: "Splitting traffic between versions in the mesh",
    claim: { line: 372, text: "**Service mesh** (Istio) for advanced traffic management" },
  },
];
