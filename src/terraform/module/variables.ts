import { printBlock } from "../hcl/print-block.ts";
import { type HclValue, type Expression, reference } from "../hcl/expression.ts";

interface Variable {
  readonly type: string;
  readonly description: string;
  readonly default?: HclValue;
  readonly validation?: { readonly condition: string; readonly message: string };
}

/** What is not architecture: the account, names that outlive it, images, and people. */
const VARIABLES: Readonly<Record<string, Variable>> = {
  account_id: {
    type: "string",
    description: "The AWS account that everything is in; applying to another one is refused.",
    validation: {
      condition: 'can(regex("^[0-9]{12}$", var.account_id))',
      message: "An account has 12 digits.",
    },
  },
  hosted_zone_id: {
    type: "string",
    description: "The Route 53 hosted zone of the domain, which outlives every environment.",
  },
  image_tags: {
    type: "map(string)",
    description: "The image tag that each service runs; the pipeline gives it.",
  },
  administrators: {
    type: "list(string)",
    description: "Networks from which the cluster's API can be reached.",
    validation: {
      condition: '!contains(var.administrators, "0.0.0.0/0")',
      message: "The cluster's API is not for the whole internet: name your networks.",
    },
  },
  alarm_emails: { type: "list(string)", description: "Who is told of alarms." },
  slack_endpoint: { type: "string", description: "An HTTPS endpoint that passes alarms on to Slack." },
  pagerduty_endpoint: {
    type: "string",
    description: "PagerDuty's HTTPS endpoint of the integration with CloudWatch.",
  },
  vpn_server_certificate_arn: { type: "string", description: "The VPN's server certificate in ACM." },
  vpn_saml_provider_arn: {
    type: "string",
    description: "The identity provider, in IAM, that administrators sign in with, with a second factor.",
  },
  vpn_client_certificate_arn: {
    type: "string",
    description: "The root of the administrators' certificates, in ACM.",
  },
};

/** The names of the variables that the files refer to. */
export function variablesIn(contents: readonly string[]): string[] {
  const used = new Set(
    contents.flatMap((content) => [...content.matchAll(/\bvar\.([a-z_]+)/g)].map(([, name]) => name)),
  );
  return Object.keys(VARIABLES).filter((name) => used.has(name));
}

export function renderVariables(
  names: readonly string[],
  defaults: Readonly<Record<string, HclValue>>,
): string {
  return names
    .flatMap((name) => {
      const variable = VARIABLES[name];
      return variable ? [printVariable(name, { ...variable, ...given(defaults[name]) })] : [];
    })
    .join("\n");
}

function given(value: HclValue | undefined): Pick<Variable, "default"> {
  return value === undefined ? {} : { default: value };
}

function printVariable(name: string, { type, description, default: value, validation }: Variable): string {
  const condition: Expression | undefined = validation && reference(validation.condition);
  return printBlock({
    keyword: "variable",
    labels: [name],
    body: {
      description,
      type: reference(type),
      default: value,
      validation: validation && { condition, error_message: validation.message },
    },
    blocks: new Set(["validation"]),
  });
}
