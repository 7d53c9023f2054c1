import type { ResolvedArchitecture } from "#model/architecture.ts";
import type { Context } from "../context.ts";
import { logRetention, seconds } from "../durations.ts";
import type { Expression } from "../hcl/expression.ts";
import { localName } from "../names.ts";
import type { Keys } from "../security/keys.ts";
import type { ArgumentsOf, Resource } from "../stack.ts";

type Waf = NonNullable<ResolvedArchitecture["entry"]["waf"]>;
type Rule = Extract<NonNullable<ArgumentsOf<"aws_wafv2_web_acl">["rule"]>, { readonly priority: unknown }>;

/**
 * AWS's rule groups. Cross-site scripting has no group of its own: the common rule set looks for it, as for the rest of the
 * OWASP Top 10. https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-list.html
 */
const RULE_GROUPS: Readonly<Record<Waf["managed"][number], string>> = {
  "owasp-top-10": "AWSManagedRulesCommonRuleSet",
  "cross-site-scripting": "AWSManagedRulesCommonRuleSet",
  "sql-injection": "AWSManagedRulesSQLiRuleSet",
  "known-bad-inputs": "AWSManagedRulesKnownBadInputsRuleSet",
  "ip-reputation": "AWSManagedRulesAmazonIpReputationList",
};

/** A web ACL for each place that it protects: CloudFront's are global and kept in us-east-1. */
export function webAclOf(
  { architecture, stack, name }: Context,
  scope: "cdn" | "load-balancer",
  keys: Keys,
  provider?: string,
): Resource<"aws_wafv2_web_acl"> | null {
  const { waf } = architecture.entry;
  if (!waf?.protects.includes(scope)) return null;
  const add = stack.file("entry");
  const meta = provider === undefined ? {} : { provider };
  const acl = add(
    "aws_wafv2_web_acl",
    localName(scope),
    {
      name: name(scope),
      scope: scope === "cdn" ? "CLOUDFRONT" : "REGIONAL",
      default_action: { allow: {} },
      rule: rulesOf(waf),
      visibility_config: visibility(name(scope)),
    },
    meta,
  );
  const isElsewhere = provider !== undefined;
  const group = add(
    "aws_cloudwatch_log_group",
    localName(scope, "waf"),
    {
      // WAF writes to no group whose name begins otherwise.
      name: `aws-waf-logs-${name(scope)}`,
      retention_in_days: logRetention(architecture.observability.logs.retention),
      kms_key_id: isElsewhere ? undefined : keys.arn("logs"),
    },
    meta,
  );
  add(
    "aws_wafv2_web_acl_logging_configuration",
    localName(scope),
    {
      resource_arn: acl.ref("arn"),
      log_destination_configs: [group.ref("arn") as Expression<string>],
      redacted_fields: { single_header: { name: "authorization" } },
    },
    meta,
  );
  return acl;
}

function rulesOf({ managed, rateLimit, geo }: Waf): Rule[] {
  const groups = [...new Set(managed.map((each) => RULE_GROUPS[each]))];
  const rules: Omit<Rule, "priority" | "visibility_config">[] = [
    ...(geo
      ? [
          {
            name: "blocked-countries",
            action: { block: {} },
            statement: { geo_match_statement: { country_codes: geo.block } },
          },
        ]
      : []),
    ...(rateLimit
      ? [
          {
            name: "rate-limit",
            action: { block: {} },
            statement: {
              rate_based_statement: {
                limit: rateLimit.requests,
                evaluation_window_sec: seconds(rateLimit.window),
                aggregate_key_type: "IP",
              },
            },
          },
        ]
      : []),
    ...groups.map((group) => ({
      name: group,
      override_action: { none: {} },
      statement: { managed_rule_group_statement: { name: group, vendor_name: "AWS" } },
    })),
  ];
  return rules.map((rule, at) => ({
    ...rule,
    priority: at + 1,
    visibility_config: visibility(String(rule.name)),
  }));
}

function visibility(metric: string) {
  return { cloudwatch_metrics_enabled: true, metric_name: metric, sampled_requests_enabled: true };
}
