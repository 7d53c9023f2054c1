// Snapshots as documents: byte for byte what was hashed.
import fc from "fast-check";
import { BSON } from "mongodb";
import { expect, test } from "vitest";

import { fromDocument, type SnapshotDocument, toDocument } from "./document.ts";
import type { SnapshotRow } from "./repository.ts";
import { hashOf } from "./snapshot.ts";

const row = (before: string | null, after: string | null): SnapshotRow => ({
  id: "0197c1b0-0000-7000-8000-000000000000",
  subject: "people/ana",
  version: 3,
  act: "person.roles_changed",
  actor: "root",
  at: new Date("2026-11-21T12:00:00.123Z"),
  before,
  after,
});
const moved = (given: SnapshotRow) =>
  fromDocument(BSON.deserialize(BSON.serialize(toDocument(given))) as SnapshotDocument);

test("whatever was changed, it comes back byte for byte, and its hash with it", () => {
  const json = fc.option(
    fc
      .oneof(
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.dictionary(
          fc.constantFrom("$set", "a.b", "", "_bsontype", "toBSON", "length", "__proto__", "7"),
          fc.jsonValue(),
        ),
      )
      .map((value) => JSON.stringify(value)),
    { nil: null },
  );
  fc.assert(
    fc.property(json, json, (before, after) => {
      const given = row(before, after);
      expect(moved(given)).toEqual(given);
      expect(hashOf(moved(given))).toBe(hashOf(given));
    }),
    { numRuns: 1000 },
  );
});

test("what can be a document is one, to be asked for by what is in it", () => {
  expect(toDocument(row(null, '{"roles":["viewer"],"revision":2}'))).toMatchObject({
    before: null,
    after: { roles: ["viewer"], revision: 2 },
  });
  expect(toDocument(row(null, '{"a":{"$ref":1}}')).after, "a name of the protocol's").toBe(
    '{"a":{"$ref":1}}',
  );
  const deep = `${'{"a":'.repeat(99)}1${"}".repeat(99)}`;
  expect(toDocument(row(null, deep)).after, "deeper than documents may be").toBe(deep);
});

test("what was nothing is told from what was empty", () => {
  const hashes = [
    hashOf(row(null, null)),
    hashOf(row(null, "{}")),
    hashOf(row("{}", null)),
    hashOf(row("-", null)),
  ];
  expect(new Set(hashes).size).toBe(4);
});
