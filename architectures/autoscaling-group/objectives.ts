/** What the document promises. */
export const objectives = [
  // Recovery
  {
    id: "disaster",
    kind: "recovery",
    from: "disaster",
    within: "30m",
    claim: { line: 246, text: "**Recovery Time Objective (RTO)**: 30 minutes" },
  },
  {
    id: "disaster-loss",
    kind: "data-loss",
    from: "disaster",
    within: "5m",
    claim: { line: 247, text: "**Recovery Point Objective (RPO)**: 5 minutes" },
  },
  {
    id: "zone-failure",
    kind: "recovery",
    from: "zone-failure",
    within: "2m",
    claim: { line: 248, text: "**Multi-AZ failover**: < 2 minutes" },
  },
  {
    id: "database-failover",
    kind: "recovery",
    from: "database-failure",
    store: "database",
    within: "2m",
    claim: { line: 248, text: "**Multi-AZ failover**: < 2 minutes" },
  },
  {
    id: "rebuild",
    kind: "rebuild",
    atLeast: "15m",
    within: "20m",
    claim: { line: 249, text: "**Infrastructure rebuild**: 15-20 minutes" },
  },

  // Availability
  {
    id: "zones",
    kind: "redundancy",
    scope: "critical-components",
    claim: { line: 80, text: "Cross-AZ deployment for high availability" },
  },
  {
    id: "instance-failure",
    kind: "continuity",
    during: "node-failure",
    service: "api",
    claim: { line: 193, text: "Health check and route to healthy instance" },
  },
  {
    id: "deployment",
    kind: "continuity",
    during: "deployment",
    service: "api",
    claim: { line: 170, text: "Graceful instance replacement" },
  },
] as const;
