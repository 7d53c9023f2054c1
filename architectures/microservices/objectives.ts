/** What the document promises. */
export const objectives = [
  // Latency
  {
    id: "api-latency",
    kind: "latency",
    of: "api",
    statistic: "p95",
    within: "200ms",
    claim: { line: 285, text: "**API Response**: < 200ms (95th percentile)" },
  },
  {
    id: "database-latency",
    kind: "latency",
    of: "database",
    statistic: "average",
    within: "100ms",
    claim: { line: 286, text: "**Database Queries**: < 100ms (average)" },
  },
  {
    id: "cache-latency",
    kind: "latency",
    of: "cache",
    statistic: "average",
    within: "10ms",
    claim: { line: 287, text: "**Cache Access**: < 10ms (average)" },
  },
  {
    id: "page-load",
    kind: "latency",
    of: "page",
    statistic: "p95",
    within: "2s",
    claim: { line: 288, text: "**Page Load**: < 2 seconds" },
  },

  // Throughput
  {
    id: "requests",
    kind: "throughput",
    of: "requests",
    atLeast: "10000/min",
    claim: { line: 291, text: "**API Requests**: 10,000 requests/minute" },
  },
  {
    id: "connections",
    kind: "connections",
    to: "database",
    atLeast: 100,
    claim: { line: 292, text: "**Database Connections**: 100 concurrent connections" },
  },
  {
    id: "cache-operations",
    kind: "throughput",
    of: "cache-operations",
    atLeast: "50000/s",
    claim: { line: 293, text: "**Cache Operations**: 50,000 operations/second" },
  },
  {
    id: "uploads",
    kind: "data-flow",
    of: "uploads",
    atLeast: "100MB/s",
    claim: { line: 294, text: "**File Uploads**: 100MB/second" },
  },
  {
    id: "network",
    kind: "data-flow",
    of: "network",
    atLeast: "1Gbps",
    claim: { line: 299, text: "**Network**: 1Gbps sustained" },
  },

  // Use of what is there
  {
    id: "cpu",
    kind: "utilisation",
    of: "cpu",
    between: [60, 70],
    claim: { line: 297, text: "**CPU Usage**: 60-70% average" },
  },
  {
    id: "memory",
    kind: "utilisation",
    of: "memory",
    between: [70, 80],
    claim: { line: 298, text: "**Memory Usage**: 70-80% average" },
  },

  // Faults
  {
    id: "zones",
    kind: "redundancy",
    scope: "critical-components",
    claim: { line: 265, text: "**Availability Zones**: 3 zones minimum" },
  },
  {
    id: "failure-isolation",
    kind: "continuity",
    during: "dependency-slow",
    service: "gateway",
    claim: { line: 272, text: "**Circuit Breakers**: Failure isolation" },
  },
  {
    id: "graceful-degradation",
    kind: "continuity",
    during: "cache-failure",
    service: "backend",
    claim: { line: 274, text: "**Graceful Degradation**: Service degradation strategies" },
  },
  {
    id: "self-healing",
    kind: "continuity",
    during: "replica-crash",
    service: "backend",
    claim: { line: 342, text: "**Self-Healing**: Automatic recovery" },
  },
] as const;
