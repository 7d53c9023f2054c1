import type { ResolvedArchitecture } from "#model/architecture.ts";
import { printBlock } from "../hcl/print-block.ts";
import { reference } from "../hcl/expression.ts";
import { localName } from "../names.ts";
import { PROVIDER_CONSTRAINT, TERRAFORM_CONSTRAINT } from "../provider/version.ts";
import type { Resources } from "../stack.ts";

/** Which Terraform and which provider, where the state is kept, and the tags of everything. */
export function renderSettings(architecture: ResolvedArchitecture, stack: Resources): string {
  const { name, environment, region } = architecture;
  const terraform = printBlock({
    keyword: "terraform",
    labels: [],
    comment:
      "State is kept in S3 and locked there. The bucket is made before anything else, and named when Terraform is set up: terraform init -backend-config=bucket=NAME",
    body: {
      required_version: TERRAFORM_CONSTRAINT,
      required_providers: { aws: { source: "hashicorp/aws", version: PROVIDER_CONSTRAINT } },
      'backend "s3"': {
        key: `${name}/${environment}/terraform.tfstate`,
        region,
        encrypt: true,
        use_lockfile: true,
      },
    },
    blocks: new Set(["required_providers", 'backend "s3"']),
  });
  const aliases = new Set(stack.resources.flatMap(({ meta }) => meta.provider ?? []));
  return [
    terraform,
    provider(architecture, region),
    ...[...aliases].sort().map((alias) => provider(architecture, alias.replaceAll("_", "-"), alias)),
  ].join("\n");
}

function provider(architecture: ResolvedArchitecture, region: string, alias?: string): string {
  const { name, environment, billing } = architecture;
  return printBlock({
    keyword: "provider",
    labels: ["aws"],
    ...(alias === undefined ? {} : { comment: "For what is in another region." }),
    body: {
      alias,
      region,
      allowed_account_ids: [reference("var.account_id")],
      default_tags: {
        tags: {
          Architecture: name,
          Environment: environment,
          ManagedBy: "plumbline",
          ...Object.fromEntries(
            Object.entries(billing.tags).map(([key, value]) => [capitalised(key), value]),
          ),
        },
      },
    },
    blocks: new Set(["default_tags"]),
  });
}

function capitalised(key: string): string {
  return localName(key)
    .split("_")
    .map((word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`)
    .join("");
}
