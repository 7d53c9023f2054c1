/** What the document promises. A price that it calls an estimate may be a tenth off. */
const estimated = { kind: "cost", tolerance: 10 } as const;

export const objectives = [
  // Recovery
  {
    id: "disaster",
    kind: "recovery",
    from: "disaster",
    within: "15m",
    claim: { line: 504, text: "RTO (Recovery Time Objective): < 15 minutes" },
  },
  {
    id: "disaster-loss",
    kind: "data-loss",
    from: "disaster",
    within: "5m",
    claim: { line: 505, text: "RPO (Recovery Point Objective): < 5 minutes" },
  },
  {
    id: "database-failover",
    kind: "recovery",
    from: "database-failure",
    store: "database",
    atLeast: "1m",
    within: "2m",
    claim: { line: 426, text: "DNS record updated (1-2 minutes)" },
  },
  {
    id: "zone-failure",
    kind: "continuity",
    during: "zone-failure",
    claim: { line: 409, text: "Service continues with minimal disruption" },
  },
  {
    id: "zones",
    kind: "redundancy",
    scope: "critical-components",
    claim: { line: 397, text: "Application Load Balancer targets in 2 AZs" },
  },
  {
    id: "task-failure",
    kind: "continuity",
    during: "replica-hang",
    service: "api",
    claim: { line: 416, text: "ALB stops routing to failed task" },
  },
  {
    id: "task-crash",
    kind: "continuity",
    during: "replica-crash",
    service: "api",
    claim: { line: 417, text: "ECS service launches replacement task" },
  },

  // Deployment
  {
    id: "deployment",
    kind: "continuity",
    during: "deployment",
    service: "api",
    claim: { line: 384, text: "Drain connections from old tasks" },
  },
  {
    id: "bad-deployment",
    kind: "continuity",
    during: "bad-deployment",
    service: "api",
    claim: { line: 389, text: "Revert to previous task definition" },
  },

  // Monthly cost in production
  {
    ...estimated,
    id: "cost-fargate",
    component: "ECS Fargate",
    perMonth: { from: 30, to: 30 },
    claim: { line: 464, text: "ECS Fargate (2 tasks, 0.5 vCPU, 1GB)  $ 30.00" },
  },
  {
    ...estimated,
    id: "cost-database",
    component: "RDS",
    perMonth: { from: 30, to: 30 },
    claim: { line: 465, text: "RDS db.t3.micro Multi-AZ                $ 30.00" },
  },
  {
    ...estimated,
    id: "cost-load-balancer",
    component: "Application Load Balancer",
    perMonth: { from: 16, to: 16 },
    claim: { line: 466, text: "Application Load Balancer               $ 16.00" },
  },
  {
    ...estimated,
    id: "cost-nat",
    component: "NAT Gateway",
    perMonth: { from: 32, to: 32 },
    claim: { line: 467, text: "NAT Gateway (1)                         $ 32.00" },
  },
  {
    ...estimated,
    id: "cost-transfer",
    component: "Data Transfer",
    perMonth: { from: 1, to: 1 },
    claim: { line: 468, text: "Data Transfer (10 GB)                   $  1.00" },
  },
  {
    ...estimated,
    id: "cost-registry",
    component: "ECR Storage",
    perMonth: { from: 0.5, to: 0.5 },
    claim: { line: 469, text: "ECR Storage (5 GB)                      $  0.50" },
  },
  {
    ...estimated,
    id: "cost-logs",
    component: "CloudWatch Logs",
    perMonth: { from: 2.5, to: 2.5 },
    claim: { line: 470, text: "CloudWatch Logs (5 GB)                  $  2.50" },
  },
  {
    ...estimated,
    id: "cost-secrets",
    component: "Secrets Manager",
    perMonth: { from: 0.4, to: 0.4 },
    claim: { line: 471, text: "Secrets Manager                         $  0.40" },
  },
  {
    ...estimated,
    id: "cost",
    perMonth: { from: 112.4, to: 112.4 },
    claim: { line: 473, text: "TOTAL                                   $112.40" },
  },

  // Savings
  {
    id: "saving-spot",
    kind: "saving",
    by: "spot",
    upTo: 70,
    component: "ECS Fargate",
    claim: { line: 479, text: "**Use Fargate Spot** (up to 70% savings on compute)" },
  },
  {
    id: "saving-reserved",
    kind: "saving",
    by: "reserved-instances",
    upTo: 60,
    component: "RDS",
    claim: { line: 480, text: "**Reserved Instances for RDS** (up to 60% savings)" },
  },
  {
    id: "saving-endpoints",
    kind: "saving",
    by: "vpc-endpoints-for-nat",
    upTo: 100,
    component: "NAT Gateway",
    claim: { line: 481, text: "**VPC Endpoints** (eliminate NAT Gateway costs)" },
  },
] as const;
