/** Where the document contradicts itself or says what the architecture cannot follow, and what it holds instead. */
export const notes = [
  {
    about: "Containers on instances",
    kind: "contradiction",
    statements: [
      { line: 79, text: "Launch Template with user data for application setup" },
      { line: 88, text: "Systemd service for process management" },
      { line: 146, text: "Non-root container execution" },
      { line: 201, text: "build image" },
      { line: 241, text: "Container image redeployment from ECR" },
    ],
    decision:
      "All of it: the user data pulls the image from ECR and writes a systemd unit, which runs the container as a user without rights.",
  },
  {
    about: "HTTPS is ready, encryption in transit is not optional",
    kind: "contradiction",
    statements: [
      { line: 65, text: "SSL/TLS termination (when configured)" },
      { line: 70, text: "Listeners: HTTP (port 80), HTTPS (port 443) ready" },
      { line: 153, text: "Encryption in transit (HTTPS, SSL)" },
    ],
    decision:
      'Both listeners: the certificate is declared, and port 80 forwards as it is configured. To leave no clear text, give the first listener action: "redirect-to-https". The document names no DNS, so that the domain points to the load balancer from elsewhere.',
  },
  {
    about: "How many instances, and of what type",
    kind: "gap",
    statements: [
      { line: 33, text: "Instance" },
      { line: 34, text: "AZ-A" },
      { line: 77, text: "Provides scalable compute capacity for the application" },
    ],
    decision:
      "Four are wanted, two in each zone, as the diagram draws them. The bounds, 2 and 6, and the types, t3.small and db.t3.small, are ours.",
  },
  {
    about: "Evaluation periods without a length",
    kind: "gap",
    statements: [
      { line: 91, text: "Scale Up: CPU > 80% for 2 evaluation periods" },
      { line: 92, text: "Scale Down: CPU < 20% for 2 evaluation periods" },
    ],
    decision: "One minute, with detailed monitoring; each alarm adds or removes one instance.",
  },
  {
    about: "Where the database is",
    kind: "contradiction",
    statements: [
      { line: 39, text: "Database Subnets" },
      { line: 107, text: "Database subnet group in private subnets" },
      { line: 126, text: "10.0.21.0/24 (AZ-A) - RDS Primary" },
      { line: 133, text: "Database subnets have no external routing" },
    ],
    decision:
      "In the database subnets, which are private too: nothing routes to them, and they route nowhere.",
  },
  {
    about: "What fails over within two minutes",
    statements: [{ line: 248, text: "**Multi-AZ failover**: < 2 minutes" }],
    decision:
      "Two objectives: the loss of the database's primary, and the loss of a zone with all that is in it.",
  },
  {
    about: "Copies in another region",
    statements: [
      { line: 233, text: "Cross-region backup replication (configurable)" },
      { line: 247, text: "**Recovery Point Objective (RPO)**: 5 minutes" },
    ],
    decision: "On in production, to us-west-2; off elsewhere.",
  },
  {
    about: "Staging",
    kind: "gap",
    statements: [{ line: 202, text: "Deploy to staging, manual approval, deploy to production" }],
    decision:
      "As production in kind, with a standby to practise failover on; smaller, and with one NAT gateway. The document says only that there is one.",
  },
  {
    about: "Security scans without a scanner",
    kind: "gap",
    statements: [{ line: 201, text: "security scans" }],
    decision: "Trivy, as in the other pipelines; the registry scans on push as well.",
  },
  {
    about: "The application",
    statements: [
      { line: 85, text: "Python Flask application" },
      { line: 86, text: "Gunicorn WSGI server (4 workers)" },
      { line: 223, text: "Gunicorn multi-worker configuration" },
    ],
    decision:
      "In place of the Flask application runs our validator, in TypeScript, on the same port; four processes share it on each instance, as Gunicorn's workers would.",
  },
  {
    about: "PostgreSQL 15.4",
    statements: [{ line: 100, text: "Engine: PostgreSQL 15.4" }],
    decision:
      "Kept as the document has it. RDS has withdrawn the early minor versions of 15: raise it before you apply.",
  },
] as const;

export const planned = [
  {
    what: "Redis as a cache for the application",
    claim: { line: 210, text: "Application-level caching with Redis (future enhancement)" },
  },
  {
    what: "A CDN for static assets",
    claim: { line: 211, text: "CloudFront CDN for static assets (future enhancement)" },
  },
  {
    what: "Read replicas",
    claim: { line: 219, text: "Read replicas for read-heavy workloads (future enhancement)" },
  },
];
