import type { ResolvedArchitecture } from "#model/architecture.ts";
import { type HclValue, reference } from "../hcl/expression.ts";
import { printBlock } from "../hcl/print-block.ts";
import type { Resources } from "../stack.ts";
import { assertionsOf } from "./assertions.ts";
import { renderMockProviders } from "./mock-provider.ts";

/** Values of the shape that the variables ask for; nothing is asked of AWS. */
export const SAMPLES: Readonly<Record<string, HclValue>> = {
  account_id: "123456789012",
  hosted_zone_id: "Z0123456789ABCDEFGHIJ",
  administrators: ["203.0.113.0/24"],
  alarm_emails: ["alarms@example.com"],
  slack_endpoint: "https://example.com/slack",
  pagerduty_endpoint: "https://example.com/pagerduty",
  vpn_server_certificate_arn: "arn:aws:acm:us-east-1:123456789012:certificate/server",
  vpn_saml_provider_arn: "arn:aws:iam::123456789012:saml-provider/administrators",
  vpn_client_certificate_arn: "arn:aws:acm:us-east-1:123456789012:certificate/clients",
};

/** A test for `terraform test` that applies everything against a mocked provider, and asks for what the architecture says. */
export function renderTests(
  architecture: ResolvedArchitecture,
  stack: Resources,
  variables: readonly string[],
): string {
  const samples = Object.fromEntries(Object.entries(SAMPLES).filter(([name]) => variables.includes(name)));
  const assertions = assertionsOf(architecture).map(({ condition, message }) => ({
    condition: reference(condition),
    error_message: message,
  }));
  return [
    renderMockProviders(stack),
    printBlock({ keyword: "variables", labels: [], body: samples, blocks: new Set() }),
    printBlock({
      keyword: "run",
      labels: ["as_the_architecture_says"],
      body: { command: reference("apply"), assert: assertions },
      blocks: new Set(["assert"]),
    }),
  ].join("\n");
}
