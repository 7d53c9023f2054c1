import { expect, test } from "vitest";
import { Stack } from "#terraform/stack.ts";
import { emulated } from "./emulated.ts";
import { changed, ignored, leftOut, lifted } from "./gap.ts";
import { overrideFile } from "./override-file.ts";

function aStack(): Stack {
  const stack = new Stack();
  const add = stack.file("data");
  const parameters = add("aws_elasticache_parameter_group", "cache", { name: "cache", family: "redis7" });
  const cache = add("aws_elasticache_replication_group", "cache", {
    replication_group_id: "cache",
    description: "Sessions",
    parameter_group_name: parameters.ref("name"),
  });
  add("aws_cloudwatch_log_group", "cache", { name: "/cache" }, { dependsOn: [cache] });
  add(
    "aws_kms_key",
    "cache",
    { rotation_period_in_days: 365 },
    { provider: "us_west_2", lifecycle: { ignoreChanges: ["policy"] } },
  );
  return stack;
}

const addressesOf = (list: readonly { readonly address: string }[]) => list.map(({ address }) => address);

test("what refers to something that is left out is left out too, and says because of what", () => {
  const gap = leftOut("aws_elasticache_parameter_group", "Not there.");
  const { applied, leftOut: out } = emulated(aStack(), [gap]);
  expect(addressesOf(applied)).toEqual(["aws_kms_key.cache"]);
  expect(out).toEqual([
    { address: "aws_elasticache_parameter_group.cache", because: gap },
    { address: "aws_elasticache_replication_group.cache", because: "aws_elasticache_parameter_group.cache" },
    { address: "aws_cloudwatch_log_group.cache", because: "aws_elasticache_replication_group.cache" },
  ]);
});

test("a changed argument that referred to what is left out refers to it no more", () => {
  const { applied } = emulated(aStack(), [
    leftOut("aws_elasticache_parameter_group", "Not there."),
    changed(
      "aws_elasticache_replication_group",
      () => ({ parameter_group_name: "default.redis7" }),
      "Not there.",
    ),
  ]);
  expect(addressesOf(applied)).toContain("aws_elasticache_replication_group.cache");
});

test("a gap concerns the resources of its type that it describes", () => {
  const type = "aws_elasticache_parameter_group";
  const one = leftOut(type, "Not there.", ({ family }) => family === "redis7");
  const none = leftOut(type, "Not there.", ({ family }) => family === "valkey8");
  expect(emulated(aStack(), [one]).leftOut).toHaveLength(3);
  expect(emulated(aStack(), [none]).leftOut).toHaveLength(0);
});

test("the override file holds the gaps, and keeps what a resource ignores already", () => {
  const stack = aStack();
  const given = emulated(stack, [
    ignored("aws_kms_key", ["rotation_period_in_days"], "Not kept."),
    ignored("aws_kms_key", ["tags_all"], "Not kept."),
    lifted(
      "aws_elasticache_replication_group",
      () => ({ final_snapshot_identifier: "" }),
      "Destroyed at the end.",
    ),
  ]);
  expect(JSON.parse(overrideFile(stack.resources, given))).toEqual({
    terraform: { backend: { local: {} } },
    provider: { aws: [{ max_retries: 3 }, { alias: "us_west_2", max_retries: 3 }] },
    resource: {
      aws_elasticache_replication_group: { cache: { final_snapshot_identifier: "" } },
      aws_kms_key: {
        cache: { lifecycle: { ignore_changes: ["policy", "rotation_period_in_days", "tags_all"] } },
      },
    },
  });
  expect(JSON.parse(overrideFile(stack.resources, {}))).not.toHaveProperty("resource");
});
