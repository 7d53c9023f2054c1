import { type HclValue, reference } from "../hcl/expression.ts";
import { printBlock } from "../hcl/print-block.ts";
import { ARNS } from "../provider/generated/resources.ts";
import type { Resource, Resources, ResourceType } from "../stack.ts";

const ACCOUNT = "123456789012";

/** Identifiers that the provider checks the shape of. */
const SHAPES: Readonly<Record<string, Readonly<Record<string, HclValue>>>> = {
  aws_iam_role: { arn: `arn:aws:iam::${ACCOUNT}:role/mock` },
  aws_iam_instance_profile: { arn: `arn:aws:iam::${ACCOUNT}:instance-profile/mock` },
  aws_iam_openid_connect_provider: { arn: `arn:aws:iam::${ACCOUNT}:oidc-provider/mock` },
  aws_launch_template: { id: "lt-0123456789abcdef0" },
  aws_subnet: { id: "subnet-0123456789abcdef0" },
  aws_eks_cluster: {
    identity: [{ oidc: [{ issuer: "https://oidc.eks.us-east-1.amazonaws.com/id/MOCK" }] }],
    vpc_config: { cluster_security_group_id: "sg-0123456789abcdef0" },
  },
};

/** Whose identifier is its ARN. */
const KNOWN_BY_ARN: ReadonlySet<ResourceType> = new Set<ResourceType>([
  "aws_lb",
  "aws_lb_listener",
  "aws_lb_target_group",
  "aws_sns_topic",
  "aws_ecs_cluster",
  "aws_ecs_service",
  "aws_acm_certificate",
]);

const PASSWORD_SECRET = [
  { secret_arn: `arn:aws:secretsmanager:us-east-1:${ACCOUNT}:secret:mock`, secret_status: "active" },
];

/** Everything else that AWS says of a certificate: what is left out would be made up anew at each look. */
const ISSUED: Readonly<Record<string, HclValue>> = {
  status: "ISSUED",
  type: "AMAZON_ISSUED",
  key_algorithm: "RSA_2048",
  not_before: "2026-01-01T00:00:00Z",
  not_after: "2027-01-01T00:00:00Z",
  pending_renewal: false,
  renewal_eligibility: "ELIGIBLE",
  renewal_summary: [],
  validation_emails: [],
};

/** Stands in for the provider, so that everything can be applied without AWS. https://developer.hashicorp.com/terraform/language/tests/mocking */
export function renderMockProviders(stack: Resources): string {
  const types = [...new Set(stack.resources.map(({ type }) => type))].sort();
  const resources = types.flatMap((type) => {
    const defaults = defaultsOf(type);
    return Object.keys(defaults).length === 0 ? [] : [{ type, defaults }];
  });
  const aliases = [...new Set(stack.resources.flatMap(({ meta }) => meta.provider ?? []))].sort();
  const body = Object.fromEntries(
    resources.map(({ type, defaults }) => [`mock_resource "${type}"`, { defaults }]),
  );
  const blocks = new Set(Object.keys(body));
  const providers = [undefined, ...aliases].map((alias) =>
    printBlock({ keyword: "mock_provider", labels: ["aws"], body: { alias, ...body }, blocks }),
  );
  return [...providers, ...certificates(stack)].join("\n");
}

function defaultsOf(type: ResourceType): Record<string, HclValue> {
  const service = type.split("_")[1] ?? "";
  const arns = (ARNS[type] ?? []).map(
    (name) => [name, `arn:aws:${service}:us-east-1:${ACCOUNT}:${type}/mock`] as const,
  );
  const defaults: Record<string, HclValue> = { ...Object.fromEntries(arns), ...SHAPES[type] };
  if (KNOWN_BY_ARN.has(type) && defaults["arn"] !== undefined) defaults["id"] = defaults["arn"];
  if (["aws_db_instance", "aws_rds_cluster", "aws_docdb_cluster"].includes(type))
    defaults["master_user_secret"] = PASSWORD_SECRET;
  return defaults;
}

/** Records are made for what a certificate asks for, which has to be known when it is planned. */
function certificates(stack: Resources): string[] {
  return stack.resources
    .filter(({ type }) => type === "aws_acm_certificate")
    .map((certificate: Resource) =>
      printBlock({
        keyword: "override_resource",
        labels: [],
        body: {
          target: reference(certificate.address),
          override_during: reference("plan"),
          values: {
            arn: `arn:aws:acm:us-east-1:${ACCOUNT}:certificate/mock`,
            id: `arn:aws:acm:us-east-1:${ACCOUNT}:certificate/mock`,
            ...ISSUED,
            domain_validation_options: [
              {
                domain_name: "example.com",
                resource_record_name: "_proof.example.com",
                resource_record_type: "CNAME",
                resource_record_value: "_proof.acm-validations.aws",
              },
            ],
          },
        },
        blocks: new Set(),
      }),
    );
}
