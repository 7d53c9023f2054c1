/** What the document promises. */
export const objectives = [
  // Recovery
  {
    id: "disaster",
    kind: "recovery",
    from: "disaster",
    within: "15m",
    claim: { line: 260, text: "**RTO (Recovery Time Objective)**: 15 minutes" },
  },
  {
    id: "disaster-loss",
    kind: "data-loss",
    from: "disaster",
    within: "5m",
    claim: { line: 261, text: "**RPO (Recovery Point Objective)**: 5 minutes" },
  },
  {
    id: "zone-failure",
    kind: "recovery",
    from: "zone-failure",
    within: "2m",
    claim: { line: 265, text: "**AZ Failure**: Automatic failover to healthy AZ (< 2 minutes)" },
  },
  {
    id: "region-failure",
    kind: "recovery",
    from: "region-failure",
    within: "30m",
    claim: { line: 266, text: "**Region Failure**: Manual DNS update to DR region (< 30 minutes)" },
  },
  {
    id: "pod-failure",
    kind: "recovery",
    from: "replica-crash",
    within: "1m",
    claim: { line: 267, text: "**Application Failure**: K8s auto-restarts failed pods (< 1 minute)" },
  },
  {
    id: "database-failover",
    kind: "recovery",
    from: "database-failure",
    store: "database",
    within: "60s",
    claim: { line: 268, text: "**Database Failure**: RDS automatic failover (< 60 seconds)" },
  },

  // Availability
  {
    id: "zones",
    kind: "redundancy",
    scope: "critical-components",
    claim: {
      line: 49,
      text: "**Multi-AZ Deployment**: All critical components span multiple availability zones",
    },
  },
  {
    id: "no-single-point",
    kind: "redundancy",
    scope: "everything",
    claim: { line: 50, text: "**No Single Points of Failure**: Redundant instances of every component" },
  },
  {
    id: "auto-healing",
    kind: "continuity",
    during: "replica-hang",
    service: "api",
    claim: { line: 51, text: "**Auto-healing**: Automatic replacement of unhealthy instances" },
  },
  {
    id: "deployment",
    kind: "continuity",
    during: "deployment",
    service: "api",
    claim: { line: 109, text: "Connection draining" },
  },

  // What the caches spare
  {
    id: "cache-relief",
    kind: "relief",
    by: "cache",
    of: "database-load",
    claim: { line: 61, text: "**Caching**: Redis reduces database load" },
  },
  {
    id: "cdn-relief",
    kind: "relief",
    by: "cdn",
    of: "origin-requests",
    claim: { line: 303, text: "**CloudFront**: Reduce origin requests through caching" },
  },

  // Monthly cost in production
  {
    id: "cost-cluster",
    kind: "cost",
    component: "EKS Cluster",
    perMonth: { from: 150, to: 300 },
    claim: { line: 310, text: "EKS Cluster | $150-300" },
  },
  {
    id: "cost-database",
    kind: "cost",
    component: "RDS MySQL",
    perMonth: { from: 200, to: 400 },
    claim: { line: 311, text: "RDS MySQL | $200-400" },
  },
  {
    id: "cost-documents",
    kind: "cost",
    component: "DocumentDB",
    perMonth: { from: 150, to: 300 },
    claim: { line: 312, text: "DocumentDB | $150-300" },
  },
  {
    id: "cost-cache",
    kind: "cost",
    component: "ElastiCache",
    perMonth: { from: 100, to: 200 },
    claim: { line: 313, text: "ElastiCache | $100-200" },
  },
  {
    id: "cost-load-balancer",
    kind: "cost",
    component: "ALB/NLB",
    perMonth: { from: 50, to: 100 },
    claim: { line: 314, text: "ALB/NLB | $50-100" },
  },
  {
    id: "cost-cdn",
    kind: "cost",
    component: "CloudFront",
    perMonth: { from: 50, to: 150 },
    claim: { line: 315, text: "CloudFront | $50-150" },
  },
  {
    id: "cost-buckets",
    kind: "cost",
    component: "S3 Storage",
    perMonth: { from: 20, to: 50 },
    claim: { line: 316, text: "S3 Storage | $20-50" },
  },
  {
    id: "cost-transfer",
    kind: "cost",
    component: "Data Transfer",
    perMonth: { from: 50, to: 100 },
    claim: { line: 317, text: "Data Transfer | $50-100" },
  },
  {
    id: "cost-monitoring",
    kind: "cost",
    component: "Monitoring",
    perMonth: { from: 50, to: 100 },
    claim: { line: 318, text: "Monitoring | $50-100" },
  },
  {
    id: "cost",
    kind: "cost",
    perMonth: { from: 700, to: 1450 },
    claim: { line: 319, text: "**Total** | **$700-1,450**" },
  },
] as const;
