import { beforeAll, expect, test } from "vitest";
import { environmentsOf, resolve } from "#model/resolve.ts";
import { REFERENCES, resolved, written } from "#model/testing/references.ts";
import { projectTerraform } from "../project.ts";
import { type Resource, Stack } from "../stack.ts";
import { isMissing, REQUIREMENTS, requireArguments } from "./check.ts";
import { type Arguments, placesOf, type Requirement } from "./requirement.ts";

let stacks: (readonly Resource[])[] = [];

beforeAll(async () => {
  const cases = REFERENCES.map(async (name) => {
    const environments = environmentsOf(await written(name));
    return Promise.all(
      environments.map(async (each) => projectTerraform(await resolved(name, each)).resources),
    );
  });
  stacks = [...(await Promise.all(cases)).flat(), rare()];
});

/** What no reference architecture has a use for. */
function rare(): readonly Resource[] {
  const stack = new Stack();
  const network = stack.file("network");
  const interfaceOf = { vpc_id: "vpc-1", service_name: "sqs", vpc_endpoint_type: "Interface" };
  network("aws_vpc_endpoint", "queue", { ...interfaceOf, subnet_ids: ["subnet-1"] });
  const vpn = {
    client_cidr_block: "10.9.0.0/22",
    server_certificate_arn: "arn:aws:acm:us-east-1:123456789012:certificate/server",
    connection_log_options: { enabled: false },
  };
  network("aws_ec2_client_vpn_endpoint", "certificates", {
    ...vpn,
    authentication_options: {
      type: "certificate-authentication",
      root_certificate_chain_arn: vpn.server_certificate_arn,
    },
  });
  network("aws_ec2_client_vpn_endpoint", "directory", {
    ...vpn,
    authentication_options: { type: "directory-service-authentication", active_directory_id: "d-1" },
  });
  const entry = stack.file("entry");
  const rule = { listener_arn: "arn", condition: { path_pattern: { values: ["/"] } } };
  entry("aws_lb_listener_rule", "away", {
    ...rule,
    action: { type: "redirect", redirect: { status_code: "HTTP_301", path: "/there" } },
  });
  entry("aws_lb_listener_rule", "answer", {
    ...rule,
    action: { type: "fixed-response", fixed_response: { content_type: "text/plain" } },
  });
  const compute = stack.file("compute");
  const of = { name: "policy", autoscaling_group_name: "group" };
  compute("aws_autoscaling_policy", "target", {
    ...of,
    policy_type: "TargetTrackingScaling",
    target_tracking_configuration: {
      target_value: 70,
      predefined_metric_specification: { predefined_metric_type: "ASGAverageCPUUtilization" },
    },
  });
  compute("aws_autoscaling_policy", "prediction", {
    ...of,
    policy_type: "PredictiveScaling",
    predictive_scaling_configuration: { metric_specification: { target_value: 70 } },
  });
  compute("aws_autoscaling_policy", "steps", {
    ...of,
    policy_type: "StepScaling",
    adjustment_type: "ChangeInCapacity",
    step_adjustment: { scaling_adjustment: 1 },
  });
  compute("aws_autoscaling_schedule", "morning", {
    scheduled_action_name: "morning",
    autoscaling_group_name: "group",
    recurrence: "0 8 * * *",
    min_size: 2,
  });
  compute("aws_appautoscaling_policy", "steps", {
    name: "steps",
    policy_type: "StepScaling",
    resource_id: "service/a/b",
    scalable_dimension: "ecs:service:DesiredCount",
    service_namespace: "ecs",
    step_scaling_policy_configuration: {
      adjustment_type: "ChangeInCapacity",
      step_adjustment: { scaling_adjustment: 1 },
    },
  });
  stack.file("data")("aws_db_instance", "fast", {
    instance_class: "db.r6g.large",
    engine: "postgres",
    allocated_storage: 100,
    storage_type: "io2",
    iops: 3000,
    username: "user",
    manage_master_user_password: true,
    skip_final_snapshot: true,
  });
  return stack.resources;
}

const named = REQUIREMENTS.map((requirement) => {
  const { type, block, oneOf } = requirement;
  return [[type, block ?? [], oneOf.join("|")].flat().join("."), requirement] as const;
});

test.each(named)("%s is asked for where it is taken away", (_, requirement) => {
  const [resources, resource] = applying(requirement);
  expect(() => requireArguments(resources)).not.toThrow();
  const poorer = without(requirement, resource);
  const others = resources.map((each) => (each === resource ? poorer : each));
  expect(() => requireArguments(others)).toThrow(
    expect.objectContaining({
      code: "TERRAFORM_ARGUMENT_MISSING",
      message: expect.stringMatching(`${resource.address} has no .*${requirement.oneOf[0]}`),
      remedy: expect.stringContaining(requirement.page),
    }),
  );
  expect(isMissing(requirement, poorer, others)).toBe(true);
});

/** A stack with a resource that the requirement is about. */
function applying(requirement: Requirement): [readonly Resource[], Resource] {
  for (const resources of stacks)
    for (const resource of resources.filter(({ type }) => type === requirement.type))
      if (placesOf(requirement, resource).some((place) => requirement.when(place, { resource, resources })))
        return [resources, resource];
  throw new Error("No architecture has a use for it: give an example.");
}

function without({ block, oneOf }: Requirement, resource: Resource): Resource {
  const strip = (place: Arguments) =>
    Object.fromEntries(Object.entries(place).filter(([name]) => !oneOf.includes(name)));
  const args = resource.arguments as unknown as Arguments;
  const stripped =
    block === null
      ? strip(args)
      : { ...args, [block]: [args[block]].flat().map((each) => strip(each as Arguments)) };
  return { ...resource, arguments: stripped as unknown as Resource["arguments"] };
}

test("an override that takes away what AWS needs is refused, with all that is missing", async () => {
  const terraform = {
    "aws_db_instance.database": { allocated_storage: null, username: null },
    "aws_lb.main": { subnets: [] },
  };
  const architecture = resolve({ ...(await written("fargate")), terraform }, "production");
  expect(() => projectTerraform(architecture)).toThrow(
    expect.objectContaining({
      code: "TERRAFORM_ARGUMENT_MISSING",
      message:
        "aws_lb.main has no subnets or subnet_mapping: a load balancer is in subnets. " +
        "aws_db_instance.database has no allocated_storage: a new database has a size. " +
        "aws_db_instance.database has no username: a new database has a first user.",
    }),
  );
});

test("a database that is restored has its storage and its user from where it comes from", async () => {
  const terraform = {
    "aws_db_instance.database": {
      snapshot_identifier: "before-the-move",
      allocated_storage: null,
      username: null,
      manage_master_user_password: null,
    },
  };
  const architecture = resolve({ ...(await written("fargate")), terraform }, "production");
  expect(() => projectTerraform(architecture)).not.toThrow();
});
