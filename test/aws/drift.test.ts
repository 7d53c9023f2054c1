import { expect, test } from "vitest";
import { driftOf } from "./drift.ts";

const resource = (actions: readonly string[], change: object) => ({
  address: 'aws_route53_record.proof["example.com"]',
  type: "aws_route53_record",
  name: "proof",
  change: { actions, before: null, after: null, ...change },
});

test("a plan that changes nothing has no drift", () => {
  expect(driftOf({})).toEqual([]);
  const same = { before: { ttl: 300 }, after: { ttl: 300 } };
  const output_changes = { endpoint: { actions: ["no-op"], before: "a", after: "a" } };
  expect(driftOf({ resource_changes: [resource(["no-op"], same)], output_changes })).toEqual([]);
});

test("each argument that would change is named, with what it is and what it would be", () => {
  const change = {
    before: { ttl: 300, records: ["a"], fqdn: "a.example.com", type: "A" },
    after: { ttl: 60, records: ["a", "b"], type: "A" },
    after_unknown: { fqdn: true, type: false, records: [false, false] },
  };
  expect(driftOf({ resource_changes: [resource(["update"], change)] })).toEqual([
    {
      address: "aws_route53_record.proof",
      argument: "fqdn",
      says: '"a.example.com" → "known after apply"',
    },
    { address: "aws_route53_record.proof", argument: "records", says: '["a"] → ["a","b"]' },
    { address: "aws_route53_record.proof", argument: "ttl", says: "300 → 60" },
  ]);
});

test("a resource that would be made or destroyed is drift, and so is an output", () => {
  const output_changes = { endpoint: { actions: ["update"], before: "a", after: "b" } };
  expect(
    driftOf({ resource_changes: [resource(["create"], { after: { ttl: 60 } })], output_changes }),
  ).toEqual([
    { address: "aws_route53_record.proof", argument: "", says: "create" },
    { address: "output.endpoint", argument: "", says: '"a" → "b"' },
  ]);
});
