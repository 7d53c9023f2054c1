import { expect, test } from "vitest";
import { resolve } from "#model/resolve.ts";
import { REFERENCES, resolved, written } from "#model/testing/references.ts";
import { projectTerraform } from "../project.ts";
import { checkPolicies, POLICIES } from "./check.ts";

async function findings(changes: Record<string, unknown>, of: (typeof REFERENCES)[number] = "three-tier") {
  const architecture = resolve({ ...(await written(of)), ...changes }, "production");
  return checkPolicies(architecture, projectTerraform(architecture)).findings;
}

test.each(REFERENCES)("%s breaks no grave policy", async (name) => {
  const architecture = await resolved(name);
  const { findings } = checkPolicies(architecture, projectTerraform(architecture));
  expect(findings.filter(({ policy }) => policy.severity === "high")).toEqual([]);
});

test.each([
  ["database-encrypted", { "aws_db_instance.database": { storage_encrypted: false } }],
  ["database-private", { "aws_db_instance.database": { publicly_accessible: true } }],
  ["database-tls", { "aws_db_parameter_group.database": { parameter: [] } }],
  ["database-backup", { "aws_db_instance.database": { backup_retention_period: 1 } }],
  ["cache-encrypted", { "aws_elasticache_replication_group.cache": { transit_encryption_enabled: false } }],
  ["bucket-private", { "aws_s3_bucket_public_access_block.site": { block_public_acls: false } }],
  ["key-rotation", { "aws_kms_key.databases": { enable_key_rotation: false } }],
  ["imds-v2", { "aws_launch_template.nodes_steady": { metadata_options: { http_tokens: "optional" } } }],
  ["trail", { "aws_cloudtrail.main": { is_multi_region_trail: false } }],
  ["modern-tls", { "aws_lb_listener.https_443": { ssl_policy: "ELBSecurityPolicy-2016-08" } }],
])("%s finds what breaks it, at its address", async (policy, terraform) => {
  const [address] = Object.keys(terraform);
  const found = (await findings({ terraform })).filter((finding) => finding.policy.id === policy);
  expect(found.map((finding) => [finding.address, finding.exception])).toEqual([
    [policy === "bucket-private" ? "aws_s3_bucket.site" : address, null],
  ]);
});

test("a state machine that logs nothing is found", async () => {
  const address = "aws_sfn_state_machine.after_rotation";
  const terraform = { [address]: { logging_configuration: { level: "OFF" } } };
  const found = (await findings({ terraform }, "fargate")).filter((each) => each.address === address);
  expect(found.map(({ policy }) => policy.id)).toEqual(["state-machines-logged"]);
});

test("an exception is shown with its reason, and holds for the resource that it names", async () => {
  const base = (await written("three-tier"))["security"] as Record<string, unknown>;
  const reason = "The cluster is administered over the internet until the VPN is there.";
  const security = {
    ...base,
    exceptions: [{ policy: "cluster-api-private", on: "aws_eks_cluster.main", reason }],
  };
  const found = (await findings({ security })).find(({ policy }) => policy.id === "cluster-api-private");
  expect(found?.exception).toBe(reason);
});

test("every policy has a name of its own, and a control that asks for it", () => {
  expect(new Set(POLICIES.map(({ id }) => id)).size).toBe(POLICIES.length);
  expect(POLICIES.filter(({ references }) => Object.keys(references).length === 0)).toEqual([]);
});
