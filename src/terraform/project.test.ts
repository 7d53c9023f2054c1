import { expect, test } from "vitest";
import { resolve } from "#model/resolve.ts";
import { REFERENCES, resolved, written } from "#model/testing/references.ts";
import { terraformModule } from "./module/module.ts";
import { projectTerraform } from "./project.ts";

test.each(REFERENCES)("%s is generated twice with the same bytes", async (name) => {
  const architecture = await resolved(name);
  expect(terraformModule(architecture)).toEqual(terraformModule(architecture));
});

test("an override changes an argument, merges into a block, and takes one away", async () => {
  const terraform = {
    "aws_lb.main": { idle_timeout: 30, access_logs: { prefix: "edge" }, drop_invalid_header_fields: null },
  };
  const architecture = resolve({ ...(await written("fargate")), terraform }, "production");
  const balancer = projectTerraform(architecture).resources.find(({ address }) => address === "aws_lb.main");
  expect(balancer?.arguments).toMatchObject({
    idle_timeout: 30,
    access_logs: { prefix: "edge", enabled: true },
  });
  expect(balancer?.arguments).not.toHaveProperty("drop_invalid_header_fields");
});

test("an override of what is not generated is refused, with what may be meant", async () => {
  const terraform = { "aws_lb.mian": { idle_timeout: 30 } };
  const architecture = resolve({ ...(await written("fargate")), terraform }, "production");
  expect(() => projectTerraform(architecture)).toThrow(
    expect.objectContaining({ code: "TERRAFORM_OVERRIDE_UNKNOWN", remedy: "Is aws_lb.main meant?" }),
  );
});

test("what Terraform has no argument for is refused by its path", async () => {
  const fargate = await written("fargate");
  const services = fargate["services"] as Record<string, Record<string, unknown>>;
  const tracking = services["api"]?.["scaling"] as readonly unknown[];
  const scaling = [...tracking, { kind: "predictive", metric: "cpu", target: 70 }];
  const architecture = { ...fargate, services: { ...services, api: { ...services["api"], scaling } } };
  expect(() => projectTerraform(resolve(architecture, "production"))).toThrow(
    expect.objectContaining({
      code: "TERRAFORM_UNSUPPORTED",
      message: expect.stringContaining("services.api.scaling"),
    }),
  );
});

test("names stay within what AWS takes, and long ones do not collide", async () => {
  const architecture = {
    ...(await resolved("transaction-validator")),
    name: "a-name-that-is-as-long-as-can-be",
  };
  const names = projectTerraform(architecture).resources.flatMap(({ type, arguments: args }) =>
    type === "aws_iam_role" ? [(args as { name: string }).name] : [],
  );
  expect(Math.max(...names.map((name) => name.length))).toBeLessThanOrEqual(64);
  expect(new Set(names).size).toBe(names.length);
});
