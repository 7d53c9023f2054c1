// What a batch promises, on each engine: a key decides once, nothing acknowledged is lost, and the trail is sound.
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { decisionRow as row } from "../../test/decision-rows.ts";
import { ENGINES, type TestDatabase } from "../../test/engines.ts";
import { until } from "../../test/until.ts";
import { recordAct } from "../audit/acts.ts";
import { startAnchors } from "../audit/anchors.ts";
import { readSettledLinks, START, type SettledLink } from "../audit/order.ts";
import { verifyAudit } from "../audit/verify.ts";
import { readConfig } from "../config.ts";
import { isFaultOfRows } from "../database/errors.ts";
import { migrate } from "../database/migrator.ts";
import { connect } from "../database/open.ts";
import { openPools, type Pools } from "../database/pools.ts";
import { inTransaction } from "../database/transaction.ts";
import { createBatchWriter } from "../transactions/batch-writer.ts";
import { createDecisionReader } from "./reader.ts";
import type { DecisionRow } from "./row.ts";
import { storeShadowDecisions } from "./shadow-store.ts";
import { createDecisionWriter, type DecisionWriter } from "./writer.ts";

describe.each(ENGINES)("decisions $on", ({ engine, isAbsent, start }) => {
  describe.skipIf(isAbsent)("a batch", () => {
    let database: TestDatabase;
    /** Two replicas: each with its pools. */
    const replicas: { pools: Pools; writer: DecisionWriter }[] = [];
    let pools: Pools;
    let writer: DecisionWriter;

    beforeAll(async () => {
      database = await start();
      await migrate({ url: database.url(), deadline: 30_000 });
      for (const replica of ["a", "b"]) {
        const config = readConfig({ DATABASE_URL: database.url(), REPLICA: replica });
        const its = openPools(config, { warn: () => {} });
        replicas.push({ pools: its, writer: createDecisionWriter(its, { zone: "z", replica, engine: "0" }) });
      }
      ({ pools, writer } = replicas[0] as (typeof replicas)[number]);
    });
    afterAll(async () => {
      await Promise.all(replicas.map((replica) => replica.pools.close()));
      await database?.stop();
    });

    async function report() {
      const connection = await connect({ url: database.url(), name: "test", connectTimeout: 5000 });
      return verifyAudit(connection).finally(() => connection.release());
    }

    const stored = async (ids: readonly string[]) =>
      (await pools.administration.query("select id from decisions where id = any($1)", [ids])).rowCount;

    /** Reads all links that are there to stay, a few at a time. */
    async function readAll(from = START): Promise<SettledLink[]> {
      const links: SettledLink[] = [];
      for (;;) {
        const page = await readSettledLinks(pools.lookup, links.at(-1) ?? from, 3);
        links.push(...page);
        if (page.length === 0) return links;
      }
    }

    test("the same rows again are the same decisions, byte for byte", async () => {
      const transaction = '{"a":"é\\u0000\\\\ \\"ß\' 日😀","b":1.50}';
      const rows = [row(randomUUID(), { transaction, reasons: '[ "a" ]' }), row(), row(randomUUID())];
      const ids = rows.map(({ id }) => id);
      expect((await writer.write(rows)).map(({ id }) => id)).toEqual(ids);
      expect((await writer.write(rows)).map(({ id }) => id)).toEqual(ids);
      const rival = row(rows[0]?.idempotencyKey);
      const fresh = row();
      expect((await writer.write([rival, fresh])).map(({ id }) => id)).toEqual([ids[0], fresh.id]);
      const twice = randomUUID();
      const [one, other] = await writer.write([row(twice), row(twice)]);
      expect(one?.id).toBe(other?.id);

      const reader = createDecisionReader(pools);
      const [first] = rows as [DecisionRow];
      const { id, fingerprint, transaction: text, outcome, score, reasons, ruleSet, results, facts } = first;
      const { receivedAt, decidedAt } = first;
      const answer = { id, fingerprint, outcome, score, reasons, ruleSet, results, receivedAt, decidedAt };
      expect(await reader.findRecorded(id)).toEqual({ ...answer, transaction: text, facts, engine: "0" });
      expect(await reader.find(rival.id)).toBeUndefined();
      const key = first.idempotencyKey as string;
      const found = await writer.findByKeys([key, "nobody's"]);
      expect([...found]).toEqual([[key, expect.objectContaining({ id: first.id })]]);
    });

    test("decisions are found by outcome, account and time, newest first", async () => {
      const account = "GB33BUKB20201555555555";
      const rows: DecisionRow[] = [];
      // Ids of one millisecond are in no order.
      const ids = Array.from({ length: 6 }, () => row().id).sort();
      for (const [index, id] of ids.entries()) {
        rows.push(
          row(null, {
            id,
            outcome: index % 2 === 0 ? "review" : "approve",
            debtorAccount: index < 4 ? account : null,
            creditorAccount: index >= 3 ? account : null,
          }),
        );
      }
      await writer.write(rows);
      const reader = createDecisionReader(pools);
      const list = async (filter: object) =>
        (await reader.list({ limit: 10, ...filter })).map(({ id }) =>
          rows.findIndex((each) => each.id === id),
        );
      expect(await list({ account })).toEqual([5, 4, 3, 2, 1, 0]);
      expect(await list({ account, limit: 2 })).toEqual([5, 4]);
      expect(await list({ account, outcome: "review" })).toEqual([4, 2, 0]);
      expect(await list({ account, before: rows[2]?.id })).toEqual([1, 0]);
      expect(await list({ account, to: Date.now() - 3_600_000 })).toEqual([]);
      expect(await list({ outcome: "review", limit: 1 })).toEqual([4]);
    });

    test("one bad row takes no other down", async () => {
      const rows = Array.from({ length: 8 }, () => row());
      const bad = { ...row(), currency: "X".repeat(300), amount: -1n };
      const batches = createBatchWriter<DecisionRow, { id: string }>({
        write: (batch) => writer.write(batch),
        maxRows: 100,
        maxInFlight: 4,
        maxQueued: 1000,
      });
      const all = [...rows.slice(0, 5), bad, ...rows.slice(5)];
      const outcomes = await Promise.allSettled(all.map((each) => batches.add(each, 10_000)));
      expect(outcomes.map(({ status }) => status)).toEqual(
        all.map((each) => (each === bad ? "rejected" : "fulfilled")),
      );
      expect(outcomes[5]).toMatchObject({ reason: expect.toSatisfy(isFaultOfRows) });
      expect(await stored(all.map(({ id }) => id))).toBe(8);
    });

    test("a key decides once over two replicas that are asked at the same time, again and again", async () => {
      for (let round = 0; round < 8; round++) {
        const keys = Array.from({ length: 12 }, (_, index) => (index % 4 === 3 ? null : `${round} ${index}`));
        const answers = await Promise.all(
          [0, 1, 2, 3].map((index) =>
            (replicas[index % 2] as (typeof replicas)[number]).writer.write(
              // Each in an order of its own.
              keys.map((key) => row(key)).sort((a, b) => (a.id < b.id === index < 2 ? -1 : 1)),
            ),
          ),
        );
        const ids = new Set(answers.flat().map(({ id }) => id));
        expect(ids.size).toBe(9 + 4 * 3);
        expect(await stored([...ids])).toBe(ids.size);
      }
      expect((await report()).findings).toEqual([]);
    });

    test("shadow decisions are stored once", async () => {
      const shadow = {
        decision: randomUUID(),
        ruleSet: { version: 2, hash: "0".repeat(64) },
        outcome: "review",
        score: 7,
        results: [],
        decided: "approve",
      } as const;
      const rows = [shadow, { ...shadow, decision: randomUUID() }] as unknown as Parameters<
        typeof storeShadowDecisions
      >[1];
      await storeShadowDecisions(pools.administration, rows);
      await storeShadowDecisions(pools.administration, rows);
      const count = { text: "select count(*) as n from shadow_decisions", numbers: ["n"] };
      expect((await pools.administration.query(count)).rows).toEqual([{ n: 2 }]);
    });

    test("whoever follows the links in their order misses none, though some are written slowly", async () => {
      const begun = await readAll();
      const seen: SettledLink[] = [];
      const position = () => seen.at(-1) ?? begun.at(-1) ?? START;
      const held = Promise.withResolvers<void>();
      const entered = Promise.withResolvers<void>();
      const act = { actor: "slow", act: "a.b", subject: "c", details: {} };
      // Its place in the order is taken now, and committed long after others'.
      const slow = inTransaction(pools.administration, "write", async (session) => {
        await recordAct(session, act);
        entered.resolve();
        await held.promise;
      });
      await entered.promise;
      const rows = Array.from({ length: 6 }, () => row());
      for (const each of rows) {
        await writer.write([each]);
        seen.push(...(await readSettledLinks(pools.lookup, position(), 100)));
      }
      expect(seen, "nothing is passed over").toEqual([]);
      held.resolve();
      await slow;
      await until(async () => {
        seen.push(...(await readSettledLinks(pools.lookup, position(), 2)));
        return seen.length >= 7;
      }, 5000);
      const ids = seen.flatMap((link) => link.ids);
      expect(ids).toHaveLength(7);
      expect(ids).toEqual(expect.arrayContaining(rows.map(({ id }) => id)));
    });

    test("what was decided after an answer follows in the order, whoever wrote it, as far as one has read", async () => {
      const begun = (await readAll()).at(-1) ?? START;
      const ids: string[] = [];
      // Nobody settles anything meanwhile: on MySQL all of them are in one epoch.
      for (let index = 0; index < 12; index++) {
        const { writer: its } = replicas[index % 2] as (typeof replicas)[number];
        const [stored] = await its.write([row()]);
        ids.push(stored?.id as string);
      }
      expect((await readAll(begun)).flatMap((link) => link.ids)).toEqual(ids);
    });

    test("a server that is killed in the middle of batches loses nothing acknowledged, and decides nothing twice", async () => {
      const acknowledged = new Map<string, string>();
      const anchors = startAnchors(pools.lookup, { interval: 200, log: { info: () => {}, warn: () => {} } });
      const over = new AbortController();
      let failed = 0;
      const loops = [0, 1, 2, 3].map(async (index) => {
        const { writer: mine } = replicas[index % 2] as (typeof replicas)[number];
        for (let batch = 0; !over.signal.aborted; batch++) {
          const rows = Array.from({ length: 10 }, (_, each) =>
            row(each === 0 ? `shared ${batch}` : `${index} ${batch} ${each}`),
          );
          // As the batch writer does: the same rows until they are answered.
          await until(async () => {
            const answers = await mine.write(rows).catch(() => void failed++);
            for (const [each, answer] of (answers ?? []).entries()) {
              const key = rows[each]?.idempotencyKey as string;
              expect(acknowledged.get(key) ?? answer.id).toBe(answer.id);
              acknowledged.set(key, answer.id);
            }
            return answers !== undefined;
          }, 30_000);
        }
      });
      try {
        for (let kill = 0; kill < 3; kill++) {
          const before = acknowledged.size;
          await until(async () => acknowledged.size > before + 100, 20_000);
          await database.kill();
          await database.start();
        }
        const before = acknowledged.size;
        await until(async () => acknowledged.size > before + 100, 20_000);
      } finally {
        over.abort();
        await Promise.all(loops);
        await anchors.stop();
      }
      expect(failed).toBeGreaterThan(0);
      const ids = [...acknowledged.values()];
      expect(new Set(ids).size).toBe(ids.length);
      for (let first = 0; first < ids.length; first += 1000) {
        const page = ids.slice(first, first + 1000);
        expect(await stored(page)).toBe(page.length);
      }
      const { findings, decisions, acts } = await report();
      expect(findings).toEqual([]);
      const links = await readAll();
      expect(links.flatMap((link) => link.ids).length, "each row is in one link").toBe(decisions + acts);
      const { rows } = await pools.administration.query<{ n: number }>({
        text: "select count(*) - count(distinct idempotency_key) as n from decisions where idempotency_key is not null",
        numbers: ["n"],
      });
      expect(rows).toEqual([{ n: 0 }]);
    });

    test.runIf(engine === "mysql")("epochs that nobody needs any more are gone", async () => {
      await readAll();
      expect((await pools.administration.query("select number from audit_epochs")).rowCount).toBeLessThan(5);
    });
  });
});
