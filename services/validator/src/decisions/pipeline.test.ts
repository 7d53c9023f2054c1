// How the parts of a decision play together. What they do themselves is tested where they are.
import { setImmediate as turn } from "node:timers/promises";

import { expect, test } from "vitest";

import { NOON, payment } from "../../test/payments.ts";
import { rule, ruleSet } from "../../test/rules.ts";
import { readConfig } from "../config.ts";
import type { RuleSnapshot } from "../rule-sets/snapshot.ts";
import { compile } from "../rules/compile.ts";
import type { CompiledRuleSet } from "../rules/evaluation.ts";
import { QueueFull } from "../transactions/batch-writer.ts";
import { KeyConflict } from "../transactions/idempotency.ts";
import { readTransaction, type Transaction } from "../transactions/transaction.ts";
import type { Observed } from "../velocity/velocity.ts";
import { createClaimedKeys } from "./claims.ts";
import { createPipeline, RulesUnavailable, type PipelineParts } from "./pipeline.ts";
import type { DecisionRow, StoredDecision } from "./row.ts";
import { createShadows, type ShadowDecision } from "./shadows.ts";

const { policy } = readConfig({ DATABASE_URL: "postgresql://nobody@127.0.0.1/none" });

const transaction = readTransaction(payment()) as Transaction;
const other = readTransaction(payment({ endToEndId: "other" })) as Transaction;
const { amount } = transaction;

/** A rule set that counts how often it is asked. */
function counted(expression = "major > 1000.0", version = 1): CompiledRuleSet & { asked: number } {
  const set = compile(ruleSet([rule("large", { expression })]), version);
  const counting = {
    ...set,
    asked: 0,
    evaluate(...args: Parameters<CompiledRuleSet["evaluate"]>) {
      counting.asked++;
      return set.evaluate(...args);
    },
  };
  return counting;
}

/** What the replicas of a test share: the rows under their keys, and who has claimed which. */
function world() {
  const rows = new Map<string, DecisionRow>();
  const claims = new Set<string>();
  const live = counted();
  const snapshot: RuleSnapshot = {
    stamp: { stamp: 1, token: "" },
    live,
    shadows: [],
    lists: new Map(),
    snoozes: new Map(),
    unrunnable: [],
  } as RuleSnapshot;
  const observed: Observed = { aggregates: new Map([["a", 3n]]), observed: true, claimedElsewhere: false };
  const add = async (row: DecisionRow): Promise<StoredDecision> => {
    await turn();
    const name = row.idempotencyKey ?? row.id;
    const held = rows.get(name) ?? row;
    rows.set(name, held);
    return held;
  };
  const replica = (changes: Partial<PipelineParts> = {}) =>
    createPipeline({
      policy,
      rules: () => snapshot,
      observe: async ({ member }, claim) => {
        const claimedElsewhere = claim && claims.has(member);
        if (claim) claims.add(member);
        return { ...observed, claimedElsewhere };
      },
      screen: () => [],
      claimed: createClaimedKeys(
        async (keys) =>
          new Map(keys.flatMap((key) => (rows.has(key) ? [[key, rows.get(key) as DecisionRow]] : []))),
      ),
      hasRoom: () => true,
      add,
      shadows: createShadows({ store: async () => {} }),
      deadline: 2000,
      now: () => NOON + 1,
      ...changes,
    });
  return { rows, live, snapshot, replica, observed, add };
}

test("a decision keeps all that it was made of", async () => {
  const { replica, rows, live } = world();
  const { decision, replayed } = await replica().decide(transaction, null, NOON);
  expect(replayed).toBe(false);
  const row = rows.get(decision.id) as DecisionRow;
  expect(row).toMatchObject({
    outcome: "review",
    amount,
    debtorAccount: "DE89370400440532013000",
    creditorAccount: "FR1420041010050500013M02606",
    ruleSet: { version: 1, hash: live.hash },
    receivedAt: NOON,
    decidedAt: NOON + 1,
    observed: true,
  });
  expect(JSON.parse(row.reasons)).toMatchObject([{ code: "large_hit" }]);
  expect(JSON.parse(row.results)).toMatchObject([{ rule: "large", result: "hit" }]);
  expect(JSON.parse(row.facts)).toMatchObject({
    policy: { reviewLimit: "10000" },
    rules: { at: NOON, aggregates: { a: 3 } },
  });
});

test("requests with one key share one evaluation and one row, within a replica and across", async () => {
  const { replica, rows, live } = world();
  const replicas = [replica(), replica(), replica()];
  const answers = await Promise.all(
    Array.from({ length: 30 }, (_, index) =>
      (replicas[index % 3] as ReturnType<typeof replica>).decide(transaction, "key", NOON),
    ),
  );
  expect(live.asked).toBe(1);
  expect(rows.size).toBe(1);
  expect(new Set(answers.map(({ decision }) => decision.id)).size).toBe(1);
  expect(answers.filter(({ replayed }) => !replayed).length).toBe(1);
});

test("another body under the key is a conflict, wherever it comes", async () => {
  const { replica } = world();
  const one = replica();
  const first = one.decide(transaction, "key", NOON);
  await expect(one.decide(other, "key", NOON)).rejects.toBeInstanceOf(KeyConflict);
  await first;
  await expect(replica().decide(other, "key", NOON)).rejects.toBeInstanceOf(KeyConflict);
});

test("who has claimed a key and then died is waited for half of the time, and then replaced", async () => {
  const { replica, live } = world();
  const dying = replica({ add: () => new Promise(() => {}) });
  void dying.decide(transaction, "key", NOON);
  await turn();
  const began = performance.now();
  const { replayed } = await replica({ deadline: 300 }).decide(transaction, "key", NOON);
  expect(performance.now() - began).toBeGreaterThanOrEqual(145);
  expect(replayed).toBe(false);
  expect(live.asked).toBe(2);
});

test("what is left of the time goes to the write", async () => {
  const { replica, add } = world();
  const given: number[] = [];
  const slow = replica({
    observe: async () => {
      await new Promise((resolve) => setTimeout(resolve, 50));
      return { aggregates: new Map(), observed: false, claimedElsewhere: false };
    },
    add: (row, deadline) => {
      given.push(deadline);
      return add(row);
    },
  });
  await slow.decide(transaction, null, NOON);
  expect(given[0]).toBeLessThanOrEqual(1951);
});

test("a failed write does not stick to its key", async () => {
  const { replica, add } = world();
  let attempts = 0;
  const one = replica({
    add: async (row) => {
      if (attempts++ === 0) throw new Error("away");
      return add(row);
    },
    observe: async () => ({ aggregates: new Map(), observed: false, claimedElsewhere: false }),
  });
  const sharing = [one.decide(transaction, "key", NOON), one.decide(transaction, "key", NOON)];
  const results = await Promise.allSettled(sharing);
  expect(results.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  expect(await one.decide(transaction, "key", NOON)).toMatchObject({ replayed: false });
});

test("without rules, and without room, nothing is decided", async () => {
  const { replica } = world();
  const unready = replica({ rules: () => undefined });
  await expect(unready.decide(transaction, null, NOON)).rejects.toBeInstanceOf(RulesUnavailable);
  const full = replica({ hasRoom: () => false });
  await expect(full.decide(transaction, null, NOON)).rejects.toBeInstanceOf(QueueFull);
});

test("windows that are away leave a decision that says so", async () => {
  const { replica, rows } = world();
  const away = replica({
    observe: async () => ({ aggregates: new Map(), observed: false, claimedElsewhere: false }),
  });
  const { decision } = await away.decide(transaction, null, NOON);
  expect(rows.get(decision.id)).toMatchObject({ observed: false });
});

test("shadows see what was decided, later, and one that fails to be stored is counted", async () => {
  const { replica, snapshot } = world();
  const stored: ShadowDecision[] = [];
  const milder = counted("major > 1000000.0", 2);
  const withShadow = { ...snapshot, shadows: [milder] };
  const shadows = createShadows({ store: async (rows) => void stored.push(...rows) });
  const one = replica({ rules: () => withShadow, shadows });
  const { decision } = await one.decide(transaction, "key", NOON);
  expect(milder.asked, "nobody waited for it").toBe(0);
  await one.decide(transaction, "key", NOON);
  await shadows.idle();
  expect(stored).toMatchObject([{ decision: decision.id, outcome: "approve", decided: "review", score: 0 }]);

  const failing = createShadows({ store: () => Promise.reject(new Error("away")), maxWaiting: 1 });
  const two = replica({ rules: () => withShadow, shadows: failing });
  await Promise.all([two.decide(transaction, null, NOON), two.decide(transaction, null, NOON)]);
  await failing.idle();
  expect(failing.dropped).toBe(2);
});
