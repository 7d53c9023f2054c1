// A past for the tests: decisions that were made over some hours by the real pipeline, and are stored like all others.
import { randomUUIDv7 } from "node:crypto";

import { payment } from "../../../test/payments.ts";
import { readConfig } from "../../config.ts";
import { openPools } from "../../database/pools.ts";
import { createPipeline } from "../../decisions/pipeline.ts";
import type { DecisionRow } from "../../decisions/row.ts";
import { createShadows } from "../../decisions/shadows.ts";
import { createDecisionWriter } from "../../decisions/writer.ts";
import { ValueListBuilder } from "../../rule-sets/value-list.ts";
import type { CompiledRuleSet } from "../../rules/evaluation.ts";
import { readTransaction, type Transaction } from "../../transactions/transaction.ts";
import { createMemoryWindows } from "../../velocity/memory.ts";

/** What the tests know of a decision without reading it. */
export interface PastPayment {
  readonly id: string;
  readonly at: number;
  readonly debtor: string;
  readonly creditor: string;
  /** Cents. */
  readonly amount: number;
  readonly currency: string;
}

export interface Past {
  readonly live: CompiledRuleSet;
  /** Values of the list `blocked_accounts` then. */
  readonly blocked: readonly string[];
  /** When the first one was received; milliseconds since 1970. */
  readonly start: number;
  readonly count: number;
}

/** Writes a past to a database; in order of time. The same `count` gives the same payments. */
export async function writePast(url: string, { live, blocked, start, count }: Past): Promise<PastPayment[]> {
  const config = readConfig({ DATABASE_URL: url });
  const pools = openPools(config, { warn: () => {} });
  const writer = createDecisionWriter(pools, { zone: "test", replica: "test", engine: "0.1.0" });
  const list = new ValueListBuilder();
  for (const value of blocked) list.add(value);
  const lists = new Map([["blocked_accounts", list.build()]]);
  const rules = {
    stamp: { stamp: 1, token: "" },
    live,
    shadows: [],
    lists,
    snoozes: new Map(),
    unrunnable: [],
  };
  const windows = createMemoryWindows(live.aggregates);
  let row: DecisionRow | undefined;
  let now = start;
  const pipeline = createPipeline({
    policy: config.policy,
    rules: () => rules,
    observe: async (observation) => ({
      aggregates: windows.observe(observation),
      observed: true,
      claimedElsewhere: false,
    }),
    screen: () => [],
    claimed: { wait: async () => undefined },
    hasRoom: () => true,
    add: async (made) => (row = made),
    shadows: createShadows({ store: async () => {} }),
    deadline: 5000,
    now: () => now,
  });

  lastId = "";
  const draw = generator(count);
  const payments: PastPayment[] = [];
  let rows: DecisionRow[] = [];
  try {
    for (let index = 0; index < count; index++) {
      now += Math.floor(draw() * 10_000);
      // A few accounts pay most of the time.
      const debtor = `D${Math.floor(draw() ** 3 * 40)}`;
      const creditor = `C${Math.floor(draw() * 200)}`;
      const amount = 1 + Math.floor(draw() ** 4 * 2_000_000);
      const currency = draw() < 0.3 ? "USD" : "EUR";
      const changes = {
        instructedAmount: { value: String(amount), currency },
        debtor: { name: "A", account: { other: debtor }, country: "US" },
        creditor: { name: "B", account: { other: creditor }, country: "US" },
      };
      await pipeline.decide(readTransaction(payment(changes, now)) as Transaction, null, now);
      const id = idAt(now);
      rows.push({ ...(row as DecisionRow), id });
      payments.push({ id, at: now, debtor, creditor, amount, currency });
      if (rows.length < 500 && index < count - 1) continue;
      await writer.write(rows);
      rows = [];
    }
  } finally {
    await pools.close();
  }
  return payments;
}

let lastId = "";

/** A UUIDv7 of a time, larger than the one before. */
function idAt(milliseconds: number): string {
  const time = milliseconds.toString(16).padStart(12, "0");
  const prefix = `${time.slice(0, 8)}-${time.slice(8)}`;
  do {
    const id = prefix + randomUUIDv7().slice(13);
    if (id > lastId) return (lastId = id);
  } while (lastId.startsWith(prefix));
  throw new Error("The past is to be written in order.");
}

/** Numbers from 0 to 1, the same ones for a seed (mulberry32). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
