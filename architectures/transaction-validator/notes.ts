/** Where the document contradicts itself or says what the architecture cannot follow, and what it holds instead. */
export const notes = [
  {
    about: "Subnets without addresses",
    kind: "gap",
    statements: [
      { line: 40, text: "**VPC**: Isolated network (10.0.0.0/16)" },
      { line: 41, text: "**Subnets**: Public, Private, Database across 3 AZs" },
    ],
    decision:
      "Laid out by Plumbline, in zone order: /24 for the public and the database tier, /20 for the private one, where every pod has an address.",
  },
  {
    about: "A second region, now and later",
    statements: [
      { line: 91, text: "**RTO**: 30 minutes (region failure)" },
      { line: 92, text: "**RPO**: 5 minutes (data loss)" },
      { line: 93, text: "**Backups**: Automated daily snapshots" },
      { line: 146, text: "Multi-region deployment for DR" },
    ],
    decision:
      "The figures are objectives as they stand. The document gives no means: the one that costs least is declared, a daily copy of the backups in us-west-2 from which the system is made anew, and what it falls short by is reported.",
  },
  {
    about: "Daily snapshots and five minutes of loss",
    kind: "contradiction",
    statements: [
      { line: 52, text: "Automated backups (7 days)" },
      { line: 92, text: "**RPO**: 5 minutes (data loss)" },
      { line: 93, text: "**Backups**: Automated daily snapshots" },
      { line: 94, text: "**Recovery**: Point-in-time restore capability" },
    ],
    decision:
      "Point-in-time recovery is on: it loses at most five minutes, in the region where it is. Snapshots by themselves lose up to a day.",
  },
  {
    about: "Which parts the instance families are for",
    statements: [
      { line: 100, text: "Smaller instances (t3/t4g)" },
      { line: 106, text: "Production instances (r6g/r7g)" },
    ],
    decision:
      "For nodes, database and cache alike. All of them are Graviton, so that one image runs everywhere; the sizes within the families are ours.",
  },
  {
    about: "Replicas in development",
    statements: [
      { line: 26, text: "(3-20 replicas with HPA)" },
      { line: 101, text: "Minimal replicas" },
      { line: 107, text: "High availability (3+ replicas)" },
    ],
    decision: "3 to 20 is production; development has one, and up to three under load.",
  },
  {
    about: "Replicas and nodes as steps to take",
    statements: [
      { line: 114, text: "**Database**: Add read replicas" },
      { line: 115, text: "**Cache**: Add Redis nodes" },
      { line: 118, text: "Increase pod resource limits" },
    ],
    decision:
      "One read replica and one more Redis node are declared in production; add to them as load grows.",
  },
  {
    about: "DDoS protection by the WAF",
    statements: [
      { line: 12, text: "AWS WAF" },
      { line: 65, text: "**WAF**: DDoS and injection protection" },
    ],
    decision:
      "The WAF stops injections and floods of requests, by its rules and its rate limit; floods of packets are Shield Standard's, which every account has.",
  },
  {
    about: "Where TLS ends",
    kind: "contradiction",
    statements: [
      { line: 9, text: "HTTPS" },
      { line: 12, text: "AWS WAF" },
      { line: 74, text: "User request → ALB (SSL termination)" },
    ],
    decision: "At the load balancer; the WAF is attached to it and sees what it has decrypted.",
  },
  {
    about: "Two systems for metrics",
    statements: [
      { line: 68, text: "**CloudWatch**: Logs and metrics" },
      { line: 70, text: "**Prometheus**: Application metrics" },
    ],
    decision:
      "Prometheus keeps the application's metrics and raises the alerts, which go to SNS; CloudWatch has the logs, and the metrics that AWS's own services put there.",
  },
  {
    about: "Kubernetes 1.28 and the version of Aurora",
    statements: [
      { line: 46, text: "**EKS Cluster**: Managed Kubernetes (v1.28)" },
      { line: 51, text: "**Aurora PostgreSQL**: Primary database (Multi-AZ)" },
    ],
    decision:
      "1.28 is kept as the document has it; EKS ended its extended support in November 2025, so raise it before you apply. The document gives no version of PostgreSQL: it is 15, as in the other systems.",
  },
] as const;

export const planned = [
  { what: "A second region that is ready", claim: { line: 146, text: "Multi-region deployment for DR" } },
  {
    what: "Routing in a service mesh",
    claim: { line: 147, text: "Service mesh (Istio) for advanced routing" },
  },
  {
    what: "Export to Datadog or New Relic",
    claim: { line: 148, text: "Advanced observability (Datadog/New Relic)" },
  },
  { what: "Deployment by Argo CD", claim: { line: 149, text: "GitOps with ArgoCD" } },
];
