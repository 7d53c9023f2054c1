import { describe, expect, test } from "vitest";
import { merge } from "#model/data.ts";
import { resolve } from "#model/resolve.ts";
import { type REFERENCES, written } from "#model/testing/references.ts";
import type { HclValue } from "../hcl/expression.ts";
import { projectTerraform } from "../project.ts";
import type { ArgumentsOf, Resource, ResourceType } from "../stack.ts";

const SECRET = "aws_db_instance.database.master_user_secret[0].secret_arn";

async function projected(name: (typeof REFERENCES)[number], change: unknown = {}) {
  const architecture = resolve(merge(await written(name), change) as object, "production");
  const { resources } = projectTerraform(architecture);
  const find = <Type extends ResourceType>(type: Type, local: string): ArgumentsOf<Type> =>
    resources.find((each) => each.address === `${type}.${local}`)?.arguments as ArgumentsOf<Type>;
  return { architecture, resources, find };
}

/** What `jsonencode` is given, with references as their addresses. */
function document(value: unknown): HclValue {
  return JSON.parse(
    JSON.stringify(
      (value as { expression: { values: readonly unknown[] } }).expression.values[0],
      (_, each) => (each as { expression?: { address?: string } } | null)?.expression?.address ?? each,
    ),
  ) as HclValue;
}

describe.each([
  {
    name: "fargate",
    service: "api",
    secrets: [SECRET, "aws_secretsmanager_secret.people_secret.arn"],
    calls: "ecs:updateService",
    allowed: { Effect: "Allow", Action: "ecs:UpdateService", Resource: ["aws_ecs_service.api.id"] },
    input: { cluster: "aws_ecs_cluster.main.arn", service: "aws_ecs_service.api.name" },
  },
  {
    name: "autoscaling-group",
    service: "api",
    secrets: [SECRET],
    calls: "autoscaling:startInstanceRefresh",
    allowed: {
      Effect: "Allow",
      Action: "autoscaling:StartInstanceRefresh",
      Resource: ["aws_autoscaling_group.api.arn"],
    },
    input: { group: "aws_autoscaling_group.api.name" },
  },
] as const)("$name", ({ name, service, secrets, calls, allowed, input }) => {
  test("a new value of a secret that a service reads rolls that service", async () => {
    const { find } = await projected(name);
    expect(document(find("aws_cloudwatch_event_rule", `after_rotation_${service}`).event_pattern)).toEqual({
      source: ["aws.secretsmanager"],
      "detail-type": ["Secret Label Updated"],
      resources: secrets,
      detail: { labelUpdated: ["AWSCURRENT"] },
    });
    expect(document(find("aws_cloudwatch_event_target", `after_rotation_${service}`).input)).toEqual(input);
  });

  test("the state machine may roll these services and nothing else, and tries for hours", async () => {
    const { find } = await projected(name);
    const policy = document(find("aws_iam_role_policy", "after_rotation").policy) as {
      Statement: readonly { Action: HclValue; Resource: HclValue }[];
    };
    expect(policy.Statement[0]).toEqual(allowed);
    const others = policy.Statement.slice(1).flatMap(({ Action }) => Action);
    expect(others.filter((action) => !String(action).startsWith("logs:"))).toEqual([]);
    const definition = document(find("aws_sfn_state_machine", "after_rotation").definition);
    expect(definition).toMatchObject({
      States: { Roll: { Resource: `arn:aws:states:::aws-sdk:${calls}`, Retry: [{ MaxAttempts: 40 }] } },
    });
  });
});

test("instances are replaced although they are as their launch template says", async () => {
  const { find } = await projected("autoscaling-group");
  expect(document(find("aws_sfn_state_machine", "after_rotation").definition)).toMatchObject({
    States: { Roll: { Parameters: { Preferences: { SkipMatching: false } } } },
  });
});

const cleaner = {
  kind: "worker",
  command: ["node", "services/validator/src/main.ts"],
  image: { repository: "validator" },
  size: { cpu: "0.25 vCPU", memory: "512MiB" },
  replicas: { min: 1, desired: 1, max: 1 },
};

test("a service that reads nothing is left alone, and so are jobs, which read when they start", async () => {
  const { resources, architecture } = await projected("fargate", { services: { cleaner } });
  expect(Object.keys(architecture.services)).toEqual(["api", "migrate", "cleaner"]);
  expect(rules(resources)).toEqual(["after_rotation_api"]);
});

test("a secret of the service's own is one that it reads; how a store is reached is not", async () => {
  const change = {
    secrets: { "signing-key": { holds: ["key"] } },
    services: { cleaner: { ...cleaner, secrets: ["signing-key"] } },
  };
  const { find } = await projected("fargate", change);
  const pattern = document(find("aws_cloudwatch_event_rule", "after_rotation_cleaner").event_pattern);
  expect(pattern).toMatchObject({ resources: ["aws_secretsmanager_secret.signing_key.arn"] });
  const policy = document(find("aws_iam_role_policy", "after_rotation").policy);
  expect(policy).toMatchObject({
    Statement: [{ Resource: ["aws_ecs_service.api.id", "aws_ecs_service.cleaner.id"] }, {}],
  });
});

test.each(["three-tier", "microservices", "transaction-validator"] as const)(
  "nothing of AWS restarts the pods of %s",
  async (name) => {
    const { resources } = await projected(name);
    expect(rules(resources)).toEqual([]);
    expect(resources.filter(({ type }) => type === "aws_sfn_state_machine")).toEqual([]);
  },
);

function rules(resources: readonly Resource[]): string[] {
  return resources.filter(({ type }) => type === "aws_cloudwatch_event_rule").map(({ name }) => name);
}
