// Cases as documents: what is written is what is read, and what is asked is what is meant.
import fc from "fast-check";
import { BSON } from "mongodb";
import { expect, test } from "vitest";

import type { Reviewable, StoredCase } from "./case.ts";
import {
  afterEntry,
  alertsAfter,
  type CaseDocument,
  eventsAfter,
  filterOf,
  joinOf,
  openedBy,
  targetsOf,
  toCase,
  toEvent,
  updateOf,
} from "./case-document.ts";
import { SEVERITIES } from "./sla.ts";

const AT = new Date("2026-11-21T12:00:00.123Z");
const DUE = new Date("2026-11-22T12:00:00.000Z");
const account = fc.option(fc.string({ minLength: 1 }), { nil: null });
const decision: fc.Arbitrary<Reviewable> = fc.record({
  id: fc.uuid(),
  outcome: fc.constantFrom(...SEVERITIES),
  score: fc.integer({ min: 0, max: 1000 }),
  account,
  counterparty: account,
  decidedAt: fc.date({ noInvalidDate: true, min: new Date(0), max: new Date("2100-01-01") }),
});
const stored = (document: object) => BSON.deserialize(BSON.serialize(document));

test("a case comes back from the wire as it was", () => {
  fc.assert(
    fc.property(fc.uuid(), decision, (id, each) => {
      const opened = openedBy(id, each, DUE);
      expect(stored(opened)).toEqual(opened);
      const { _id, events, ...rest } = opened;
      expect(toCase(stored(opened) as CaseDocument)).toEqual({ id: _id, ...rest });
      expect(events, "its opening is in its history").toBe(1);
    }),
  );
});

test("a case that a decision opens is what the tables would hold", () => {
  const each = {
    id: "d",
    outcome: "review",
    score: 7,
    account: "a",
    counterparty: null,
    decidedAt: AT,
  } as const;
  expect(toCase(openedBy("c", each, DUE))).toEqual({
    id: "c",
    state: "pending",
    revision: 1,
    severity: "review",
    score: 7,
    account: "a",
    counterparty: null,
    alerts: 1,
    openedAt: AT,
    lastAlertAt: AT,
    dueAt: DUE,
    assignee: null,
    assignedAt: null,
    outcome: null,
    closedBy: null,
    closedAt: null,
  } satisfies StoredCase);
});

test("an alert comes to the same account first, then the same counterparty, and to nobody without a name", () => {
  fc.assert(
    fc.property(decision, (each) => {
      const targets = targetsOf(each);
      expect(targets.map((filter) => filter.account ?? filter.counterparty)).toEqual(
        [each.account, each.counterparty].filter((name) => name !== null),
      );
      for (const filter of targets) {
        expect(filter.state).toEqual({ $in: ["pending", "investigating"] });
        expect(filter.alerts).toEqual({ $lt: 100 });
        expect(filter.lastAlertAt).toEqual({ $gt: new Date(each.decidedAt.getTime() - 86_400_000) });
      }
    }),
  );
});

test("a further alert makes a case only more urgent, and counts as a change", () => {
  fc.assert(
    fc.property(decision, (each) => {
      const update = joinOf(each, DUE);
      expect(update.$inc).toEqual({ alerts: 1, revision: 1, events: 1 });
      expect(update.$max).toEqual({ score: each.score, lastAlertAt: each.decidedAt });
      expect(update.$min).toEqual({ dueAt: DUE });
      expect(update.$set).toEqual(each.outcome === "review" ? undefined : { severity: "block_and_review" });
    }),
  );
});

test("every change counts an event, and all but a note a revision", () => {
  expect(updateOf({}, AT)).toEqual({ $inc: { events: 1 } });
  expect(updateOf({ work: { kind: "assignee", assignee: "ana" } }, AT)).toEqual({
    $set: { state: "investigating", assignee: "ana", assignedAt: AT },
    $inc: { events: 1, revision: 1 },
  });
  expect(updateOf({ work: { kind: "assignee", assignee: null } }, AT).$set).toEqual({
    state: "pending",
    assignee: null,
    assignedAt: null,
  });
  const work = { kind: "outcome", outcome: "confirmed_risk", closedBy: "ana" } as const;
  expect(updateOf({ work }, AT).$set).toEqual({
    state: "closed",
    outcome: "confirmed_risk",
    closedBy: "ana",
    closedAt: AT,
  });
});

test("what is asked for is asked for, and nothing else", () => {
  const nothing = { state: undefined, assignee: undefined, account: undefined, after: undefined };
  expect(filterOf(nothing)).toEqual({});
  expect(filterOf({ state: "pending", assignee: "ana", account: "a", after: "c" })).toEqual({
    state: "pending",
    assignee: "ana",
    $or: [{ account: "a" }, { counterparty: "a" }],
    _id: { $lt: "c" },
  });
  expect(eventsAfter("c", { after: "12" })).toEqual({ case: "c", sequence: { $gt: 12 } });
  expect(alertsAfter("c", { after: undefined })).toEqual({ case: "c" });
  expect(afterEntry(undefined)).toEqual({});
  expect(afterEntry({ case: "c", sequence: 3 })).toEqual({
    $or: [{ case: { $gt: "c" } }, { case: "c", sequence: { $gt: 3 } }],
  });
});

test("text that looks like a question stays text", () => {
  const sly = '{"$gt":""}';
  expect(filterOf({ state: undefined, assignee: sly, account: sly, after: sly })).toEqual({
    assignee: sly,
    $or: [{ account: sly }, { counterparty: sly }],
    _id: { $lt: sly },
  });
});

test("an event has the place in its case as its id, which grows", () => {
  const event = {
    _id: "e",
    case: "c",
    sequence: 12,
    at: AT,
    actor: "ana",
    kind: "noted",
    details: {},
  } as const;
  expect(toEvent(event)).toEqual({ id: "12", at: AT, actor: "ana", kind: "noted", details: {} });
});
