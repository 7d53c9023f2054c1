import type { Context } from "../context.ts";
import { hostedZone } from "../context.ts";
import { type Expression, raw } from "../hcl/expression.ts";
import type { Resource } from "../stack.ts";

export interface Certificate {
  /** Known only once the certificate is issued: what uses it waits for that. */
  readonly arn: Expression<string>;
}

/**
 * A certificate that is proven by records in the hosted zone, and renews itself while they stay.
 * https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html
 *
 * @param provider CloudFront takes certificates of us-east-1 only: `global` there.
 */
export function certificateOf(
  { architecture, stack, name }: Context,
  local: string,
  provider?: string,
): Certificate | null {
  const { certificate: declared } = architecture.entry;
  if (!declared) return null;
  const add = stack.file("entry");
  const meta = provider === undefined ? {} : { provider };
  const certificate = add(
    "aws_acm_certificate",
    local,
    {
      domain_name: declared.domain,
      subject_alternative_names: declared.alternativeNames.length > 0 ? declared.alternativeNames : undefined,
      validation_method: "DNS",
      tags: { Name: name(local) },
    },
    { ...meta, lifecycle: { createBeforeDestroy: true } },
  );
  const records: Resource<"aws_route53_record"> = add(
    "aws_route53_record",
    `${local}_certificate`,
    {
      zone_id: hostedZone,
      name: raw("each.value.resource_record_name"),
      type: raw("each.value.resource_record_type"),
      records: [raw("each.value.resource_record_value")],
      ttl: 300,
      // A wildcard and its domain are proven by the same record.
      allow_overwrite: true,
    },
    {
      forEach: raw(
        `{ for option in ${certificate.address}.domain_validation_options : option.domain_name => option }`,
      ),
    },
  );
  const validation = add(
    "aws_acm_certificate_validation",
    local,
    {
      certificate_arn: certificate.ref("arn"),
      validation_record_fqdns: raw(`[for record in ${records.address} : record.fqdn]`),
    },
    meta,
  );
  return { arn: validation.ref("certificate_arn") };
}
