/** What the document promises. A price that it writes with "~" may be a tenth off. */
export const objectives = [
  // Recovery
  {
    id: "region-failure",
    kind: "recovery",
    from: "region-failure",
    within: "30m",
    claim: { line: 91, text: "**RTO**: 30 minutes (region failure)" },
  },
  {
    id: "region-loss",
    kind: "data-loss",
    from: "region-failure",
    within: "5m",
    claim: { line: 92, text: "**RPO**: 5 minutes (data loss)" },
  },
  {
    id: "database-failover",
    kind: "recovery",
    from: "database-failure",
    store: "database",
    within: "1m",
    claim: { line: 87, text: "**Database Failover**: Aurora automatic failover < 1 minute" },
  },
  {
    id: "zones",
    kind: "redundancy",
    scope: "critical-components",
    claim: { line: 83, text: "**Multi-AZ Deployment**: Resources across 3 availability zones" },
  },

  // Monthly cost
  {
    id: "cost-development",
    kind: "cost",
    environment: "development",
    perMonth: { from: 400, to: 400 },
    tolerance: 10,
    claim: { line: 102, text: "**Cost**: ~$400/month" },
  },
  {
    id: "cost-production",
    kind: "cost",
    environment: "production",
    perMonth: { from: 1800, to: 1800 },
    tolerance: 10,
    claim: { line: 108, text: "**Cost**: ~$1,800/month" },
  },
] as const;
