import type { ResolvedArchitecture } from "#model/architecture.ts";
import { type HclValue, raw } from "../hcl/expression.ts";
import { printBlock } from "../hcl/print-block.ts";
import type { Resource, ResourceType, Resources } from "../stack.ts";

interface Output {
  readonly name: string;
  readonly description: string;
  readonly value: HclValue;
}

/** What people and pipelines ask for after an apply. */
export function renderOutputs(architecture: ResolvedArchitecture, stack: Resources): string {
  return outputsOf(architecture, stack)
    .map(({ name, description, value }) =>
      printBlock({ keyword: "output", labels: [name], body: { description, value }, blocks: new Set() }),
    )
    .join("\n");
}

function outputsOf({ entry, compute }: ResolvedArchitecture, stack: Resources): Output[] {
  const scheme = entry.certificate ? "https" : "http";
  const endpoint = entry.dns
    ? `${scheme}://${entry.dns.domain}`
    : raw<string>(`"http://\${aws_lb.main.dns_name}"`);
  const listed: (Output | null)[] = [
    { name: "endpoint", description: "Where clients reach the system.", value: endpoint },
    each(stack, "load_balancer", "The load balancer's own name.", "aws_lb", "dns_name", true),
    each(
      stack,
      "distribution",
      "The CloudFront distribution, to invalidate its caches.",
      "aws_cloudfront_distribution",
      "id",
      true,
    ),
    each(
      stack,
      "cluster",
      "The cluster that services run on.",
      compute.kind === "eks" ? "aws_eks_cluster" : "aws_ecs_cluster",
      "name",
      true,
    ),
    each(stack, "repositories", "Where images are pushed.", "aws_ecr_repository", "repository_url"),
    each(stack, "target_groups", "What pods register with.", "aws_lb_target_group", "arn"),
    each(stack, "auto_scaling_groups", "The groups of instances.", "aws_autoscaling_group", "name"),
    each(stack, "roles", "The roles of service accounts.", "aws_iam_role", "arn", false, (name) =>
      name.startsWith("pod_"),
    ),
    each(stack, "secrets", "Where services find what they may not show.", "aws_secretsmanager_secret", "arn"),
    each(stack, "databases", "The databases' addresses.", "aws_db_instance", "address"),
    each(stack, "database_clusters", "The clusters' writer endpoints.", "aws_rds_cluster", "endpoint"),
    each(stack, "document_clusters", "The clusters' addresses.", "aws_docdb_cluster", "endpoint"),
    each(
      stack,
      "caches",
      "The caches' primary endpoints.",
      "aws_elasticache_replication_group",
      "primary_endpoint_address",
    ),
    each(stack, "buckets", "The buckets' names.", "aws_s3_bucket", "id"),
    each(stack, "alarms", "The topic that alarms go to.", "aws_sns_topic", "arn", true),
  ];
  return listed.filter((output) => output !== null);
}

/** One attribute of all resources of a type, by name; of the only one where there can be no more. */
function each(
  stack: Resources,
  name: string,
  description: string,
  type: ResourceType,
  attribute: string,
  isSingle = false,
  filter: (name: string) => boolean = () => true,
): Output | null {
  const found = stack.resources.filter(
    (resource: Resource) => resource.type === type && filter(resource.name),
  );
  const [first] = found;
  if (!first) return null;
  const value = (resource: Resource): HclValue => raw(`${resource.address}.${attribute}`);
  return {
    name,
    description,
    value: isSingle
      ? value(first)
      : Object.fromEntries(found.map((resource) => [resource.name, value(resource)])),
  };
}
