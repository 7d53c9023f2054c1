import { account } from "../context.ts";
import { type Expression, type HclValue, jsonencode } from "../hcl/expression.ts";

/**
 * Lets one of AWS's services take a role, for this account only where the service says for whom it asks.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
 */
export function trust(
  service: string,
  options: { readonly namesAccount?: boolean } = {},
): Expression<string> {
  const condition = options.namesAccount
    ? { Condition: { StringEquals: { "aws:SourceAccount": account } } }
    : {};
  return policy([
    { Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole", ...condition },
  ]);
}

export function policy(statements: readonly HclValue[]): Expression<string> {
  return jsonencode({ Version: "2012-10-17", Statement: statements });
}
