import type { ResolvedArchitecture } from "#model/architecture.ts";

/**
 * What a bill has a component for, in the order in which it prints them: AWS's name, and by what names tables of documents
 * have it. Names stand in steps from the narrowest to the widest: where a table has both "CloudWatch Logs" and "Monitoring",
 * the logs are in the first.
 */
export const COMPONENTS = {
  eks: { name: "Amazon EKS", rows: [["eks control plane"], ["eks", "kubernetes"], ["compute"]] },
  nodes: {
    name: "Amazon EC2 nodes",
    rows: [["eks nodes", "nodes", "worker nodes", "node groups"], ["eks", "kubernetes", "ec2"], ["compute"]],
  },
  fargate: { name: "AWS Fargate", rows: [["ecs fargate", "fargate"], ["ecs"], ["compute"]] },
  instances: {
    name: "Amazon EC2 Auto Scaling",
    rows: [["ec2 auto scaling", "auto scaling group"], ["ec2", "instances"], ["compute"]],
  },
  volumes: { name: "Amazon EBS", rows: [["ebs", "volumes"], ["block storage"], ["storage"]] },
  "rds-mysql": {
    name: "Amazon RDS for MySQL",
    rows: [["rds mysql", "mysql"], ["rds"], ["database", "databases"]],
  },
  "rds-postgresql": {
    name: "Amazon RDS for PostgreSQL",
    rows: [["rds postgresql", "postgresql", "postgres"], ["rds"], ["database", "databases"]],
  },
  aurora: {
    name: "Amazon Aurora",
    rows: [["aurora", "aurora postgresql"], ["rds"], ["database", "databases"]],
  },
  documentdb: { name: "Amazon DocumentDB", rows: [["documentdb"], ["database", "databases"]] },
  elasticache: {
    name: "Amazon ElastiCache",
    rows: [
      ["elasticache", "elasticache redis", "redis", "cache"],
      ["database", "databases"],
    ],
  },
  "load-balancer": {
    name: "Elastic Load Balancing",
    rows: [["application load balancer", "alb", "nlb", "load balancer", "elb", "elastic load balancing"]],
  },
  nat: {
    name: "NAT gateways",
    rows: [
      ["nat gateway", "nat gateways", "nat"],
      ["vpc", "network", "networking"],
    ],
  },
  addresses: {
    name: "Public IPv4 addresses",
    rows: [
      ["public ipv4 addresses", "ipv4", "elastic ip"],
      ["vpc", "network", "networking"],
    ],
  },
  endpoints: {
    name: "VPC endpoints",
    rows: [
      ["vpc endpoints", "endpoints", "privatelink"],
      ["vpc", "network", "networking"],
    ],
  },
  vpn: {
    name: "AWS Client VPN",
    rows: [
      ["client vpn", "vpn"],
      ["network", "networking"],
    ],
  },
  transfer: {
    name: "Data transfer",
    rows: [
      ["data transfer", "transfer", "bandwidth"],
      ["network", "networking"],
    ],
  },
  cdn: { name: "Amazon CloudFront", rows: [["cloudfront", "cdn"]] },
  waf: { name: "AWS WAF", rows: [["waf"], ["security"]] },
  shield: { name: "AWS Shield Advanced", rows: [["shield", "shield advanced"], ["security"]] },
  dns: { name: "Amazon Route 53", rows: [["route 53", "route53", "dns"]] },
  buckets: { name: "Amazon S3", rows: [["s3", "buckets"], ["storage"]] },
  registry: { name: "Amazon ECR", rows: [["ecr", "container registry", "registry"], ["storage"]] },
  backups: { name: "AWS Backup", rows: [["backup", "backups", "disaster recovery"]] },
  secrets: { name: "AWS Secrets Manager", rows: [["secrets manager", "secrets"], ["security"]] },
  keys: { name: "AWS KMS", rows: [["kms", "keys"], ["security"]] },
  logs: {
    name: "Amazon CloudWatch Logs",
    rows: [["cloudwatch logs", "logs", "logging"], ["cloudwatch"], ["monitoring", "observability"]],
  },
  metrics: {
    name: "Amazon CloudWatch metrics and alarms",
    rows: [["cloudwatch metrics", "alarms"], ["cloudwatch"], ["monitoring", "observability"]],
  },
  tracing: {
    name: "AWS X-Ray",
    rows: [
      ["x-ray", "tracing"],
      ["monitoring", "observability"],
    ],
  },
  guardduty: { name: "Amazon GuardDuty", rows: [["guardduty"], ["security"]] },
  "security-hub": { name: "AWS Security Hub", rows: [["security hub"], ["security"]] },
  config: { name: "AWS Config", rows: [["config"], ["security"]] },
} as const satisfies Readonly<Record<string, { name: string; rows: readonly (readonly string[])[] }>>;

export type ComponentId = keyof typeof COMPONENTS;
export const COMPONENT_IDS = Object.keys(COMPONENTS) as ComponentId[];

/** How the document's table names the components. */
export interface Table {
  /** The document's name of a component, from its table for any environment. */
  readonly rowOf: ReadonlyMap<ComponentId, string>;
  /** The rows of the table for this environment. */
  readonly rows: readonly string[];
}

/** Binds each component to at most one row of the document's table: the narrowest that names it. */
export function tableOf({ objectives, environment }: ResolvedArchitecture): Table {
  const rows = objectives.flatMap((each) =>
    each.kind === "cost" && each.component !== undefined
      ? [{ name: each.component, isHere: each.environment === environment }]
      : [],
  );
  const rowOf = new Map<ComponentId, string>();
  for (const id of COMPONENT_IDS) {
    const steps: readonly (readonly string[])[] = COMPONENTS[id].rows;
    const row = steps.flatMap((step) =>
      rows.filter(({ name }) => namesOf(name).some((each) => step.includes(each))),
    )[0];
    if (row !== undefined) rowOf.set(id, row.name);
  }
  return { rowOf, rows: rows.flatMap(({ name, isHere }) => (isHere ? [name] : [])) };
}

/** Words that tables add to a product's name without saying anything more. */
const ADDED = new Set(["amazon", "aws", "cluster", "clusters", "storage", "service", "costs", "cost"]);

/** The names in a row's heading: "Amazon ALB/NLB (2)" has `alb` and `nlb`; "Storage" alone stays what it is. */
function namesOf(row: string): string[] {
  return row
    .toLowerCase()
    .replaceAll(/\([^)]*\)/g, " ")
    .split(/[/,&+]|\band\b/)
    .flatMap((name) => {
      const words = name.split(/\s+/).filter((word) => word !== "");
      const telling = words.filter((word) => !ADDED.has(word));
      return [words.join(" "), telling.join(" ")].filter((text) => text !== "");
    });
}
