/** Where the document contradicts itself or says what the architecture cannot follow, and what it holds instead. */
export const notes = [
  {
    about: "NAT gateways: two or one",
    kind: "contradiction",
    statements: [
      { line: 46, text: "NAT Gateway" },
      { line: 92, text: "ALB, NAT Gateway (AZ-1)" },
      { line: 93, text: "ALB, NAT Gateway (AZ-2)" },
      { line: 467, text: "NAT Gateway (1)                         $ 32.00" },
    ],
    decision:
      "One in every zone in production, as the subnet table and the diagram have it: with one, the loss of its zone takes the other zone's way out. Development has one. The price of one is checked as it is claimed.",
  },
  {
    about: "The database's instance class in production",
    kind: "contradiction",
    statements: [
      { line: 150, text: "Instance Class: db.t3.micro (production: db.t3.small+)" },
      { line: 465, text: "RDS db.t3.micro Multi-AZ                $ 30.00" },
    ],
    decision:
      "db.t3.small in production, db.t3.micro in development: configuration beats the cost table, although the table is headed Production.",
  },
  {
    about: "What the cost table leaves out",
    statements: [
      { line: 65, text: "Route 53" },
      { line: 66, text: "Alarms" },
      { line: 124, text: "Container Insights: Enabled" },
      { line: 151, text: "Storage: 20 GB GP3 (auto-scaling to 100 GB)" },
      { line: 511, text: "Cross-region backup: Recommended for production" },
      { line: 473, text: "TOTAL                                   $112.40" },
    ],
    decision:
      "All of it is in the architecture and in its bill; the claimed total is checked against the bill of everything that is declared.",
  },
  {
    about: "Saving the NAT gateways with VPC endpoints",
    statements: [
      { line: 210, text: "All traffic (for AWS API calls, internet access via NAT)" },
      { line: 334, text: "Internet (for external API calls, package downloads)" },
      { line: 481, text: "**VPC Endpoints** (eliminate NAT Gateway costs)" },
    ],
    decision:
      "NAT stays: endpoints reach AWS's services and nothing on the internet. S3 has its gateway endpoint, which is free; the interface endpoints are priced as the saving that the document claims, each costs by the hour and by the zone.",
  },
  {
    about: "HTTPS is optional, encryption in transit is not",
    kind: "contradiction",
    statements: [
      { line: 103, text: "HTTP/HTTPS support" },
      { line: 116, text: "HTTP (Port 80) → Forward to Target Group" },
      { line: 117, text: "HTTPS (Port 443) → Optional (requires ACM certificate)" },
      { line: 200, text: "TCP 443 from 0.0.0.0/0 (HTTPS)" },
      { line: 495, text: "Encryption (At rest and in transit)" },
    ],
    decision:
      'Both listeners: the certificate is declared, and port 80 forwards because the configuration says so. To leave no clear text, give the first listener action: "redirect-to-https".',
  },
  {
    about: "What the load balancer may send to the tasks",
    kind: "contradiction",
    statements: [
      { line: 182, text: "Port 8000" },
      { line: 202, text: "All traffic to ECS Security Group" },
      { line: 208, text: "TCP 8000 from ALB Security Group" },
    ],
    decision:
      "Port 8000 and nothing else: the tasks' own group lets nothing else in, so the wider rule would allow nothing more.",
  },
  {
    about: "Encryption at rest",
    statements: [
      { line: 153, text: "Encryption: AES-256" },
      { line: 256, text: "Encrypted with AWS KMS" },
      { line: 282, text: "Encryption: AES-256" },
    ],
    decision:
      "AES-256 under the keys that AWS manages, for the database, the secrets and the images: the document asks for no key of its own and prices none.",
  },
  {
    about: "When tasks read their secrets",
    statements: [
      { line: 137, text: "Environment Variables: From Secrets Manager" },
      { line: 300, text: "Fetch secrets from Secrets Manager" },
      { line: 360, text: "Tasks retrieve secrets" },
    ],
    decision:
      "ECS puts them into the environment when a task starts; a request fetches none. A rotation is followed by a rollout.",
  },
  {
    about: "Rotation, cross-region backup",
    statements: [
      { line: 258, text: "Rotation supported (optional)" },
      { line: 511, text: "Cross-region backup: Recommended for production" },
    ],
    decision: "Both are taken up in production: monthly rotation, and a copy of the backups in us-west-2.",
  },
  {
    about: "Fewer tasks at night against a minimum of two",
    kind: "contradiction",
    statements: [
      { line: 243, text: "Minimum Tasks: 2" },
      { line: 484, text: "**Scheduled Scaling** (reduce capacity during off-hours)" },
    ],
    decision:
      "Production keeps its two tasks, one in each zone, at all hours; development goes down to one from 20:00 to 07:00 UTC on weekdays. What it would save in production is priced.",
  },
  {
    about: "The loss of a zone has no time",
    kind: "gap",
    statements: [
      { line: 407, text: "ECS service launches replacement tasks in AZ-2" },
      { line: 408, text: "RDS fails over to standby in AZ-2" },
      { line: 409, text: "Service continues with minimal disruption" },
      { line: 426, text: "DNS record updated (1-2 minutes)" },
    ],
    decision:
      "Two objectives: requests go on while a zone is gone, and the database is back in 1-2 minutes. Requests that need the database fail until then, and the first objective's evidence says how many.",
  },
  {
    about: "How often backups are taken, and how little may be lost",
    statements: [
      { line: 505, text: "RPO (Recovery Point Objective): < 5 minutes" },
      { line: 508, text: "RDS automated backups: Daily" },
      { line: 509, text: "RDS snapshots: Retained for 7 days" },
    ],
    decision:
      "Point-in-time recovery is on, with the log of changes saved every five minutes: daily snapshots by themselves lose up to a day.",
  },
  {
    about: "Target type and network mode",
    statements: [
      { line: 107, text: "Target Type: IP (for Fargate)" },
      { line: 108, text: "Protocol: HTTP" },
      { line: 129, text: "Network Mode: awsvpc" },
    ],
    decision:
      "They follow from compute.kind: Fargate knows no other network mode, and its tasks are targets by IP.",
  },
  {
    about: "Who builds the image",
    statements: [
      { line: 343, text: "Build Docker image locally" },
      { line: 345, text: "Push to ECR" },
    ],
    decision: "The pipeline does, in the same steps, so that what runs is what was tested.",
  },
  {
    about: "The application",
    statements: [{ line: 263, text: "`/ecs/fastapi-app-production` - Application logs" }],
    decision:
      "In place of the FastAPI application runs our validator, in TypeScript, behind the same port and health check. The log group keeps its name.",
  },
  {
    about: "PostgreSQL 15.4",
    statements: [{ line: 149, text: "Engine: PostgreSQL 15.4" }],
    decision:
      "Kept as the document has it. RDS has withdrawn the early minor versions of 15: raise it before you apply.",
  },
] as const;
