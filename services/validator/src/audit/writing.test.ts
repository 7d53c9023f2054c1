// The audit trail while it is written: no false alarm, whatever happens to the writers.
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";

import { decisionRow } from "../../test/decision-rows.ts";
import { startPostgres, type TestPostgres } from "../../test/postgres.ts";
import { until } from "../../test/until.ts";
import { readConfig } from "../config.ts";
import { migrate } from "../database/migrator.ts";
import { connect } from "../database/open.ts";
import { openPools, type Pools } from "../database/pools.ts";
import type { Connection } from "../database/session.ts";
import { createDecisionWriter } from "../decisions/writer.ts";
import { startAnchors } from "./anchors.ts";
import { advance, beginChain, forkChain, hashLink, LINK_HASH_SQL } from "./chain.ts";
import type { KeptAnchor } from "./verify-anchors.ts";
import { verifyAudit } from "./verify.ts";

let postgres: TestPostgres;
let pools: Pools;
let client: Connection;

beforeAll(async () => {
  postgres = await startPostgres();
  await migrate({ url: postgres.url(), deadline: 20_000 });
  pools = openPools(readConfig({ DATABASE_URL: postgres.url() }), { warn: () => {} });
  client = await connect({ url: postgres.url(), name: "test", connectTimeout: 5000 });
});
afterAll(async () => {
  client?.release();
  await pools?.close();
  await postgres?.stop();
});

test("the hash of a link is the same here and in PostgreSQL", async () => {
  const hex32 = fc
    .uint8Array({ minLength: 32, maxLength: 32 })
    .map((bytes) => Buffer.from(bytes).toString("hex"));
  const sequence = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
  const link = fc.record({
    chain: fc.uuid(),
    sequence,
    follows: fc.option(fc.record({ chain: fc.uuid(), sequence })),
    previous: hex32,
    rowHashes: fc.array(hex32, { minLength: 1, maxLength: 3 }).map((hashes) => hashes.join("")),
    writtenAt: fc.bigInt({ min: 0n, max: 4_102_444_800_000_000n }),
    transactionId: fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }),
  });
  await fc.assert(
    fc.asyncProperty(link, async (content) => {
      const { rows } = await client.query<{ hash: string }>(
        `select encode(${LINK_HASH_SQL}, 'hex') as hash
         from (select $1::uuid as chain, $2::bigint as sequence, $3::uuid as follows_chain,
           $4::bigint as follows_sequence, $5::bytea as previous, $6::bytea as row_hashes,
           timestamptz 'epoch' + $7::bigint * interval '1 microsecond' as written_at, $8::bigint as transaction_id) as link`,
        [
          content.chain,
          content.sequence,
          content.follows?.chain,
          content.follows?.sequence,
          Buffer.from(content.previous, "hex"),
          Buffer.from(content.rowHashes, "hex"),
          content.writtenAt,
          content.transactionId,
        ],
      );
      expect(rows[0]?.hash).toBe(hashLink(content));
    }),
    { numRuns: 50 },
  );
});

test("a chain whose last write is in doubt is followed by another one", () => {
  const begun = beginChain();
  expect(forkChain(begun)).toMatchObject({ sequence: 0, hash: begun.hash, follows: null });
  const second = advance(advance(begun, "a"), "b");
  const fork = forkChain(second);
  expect(fork).toMatchObject({ sequence: 0, hash: "b", follows: { chain: begun.chain, sequence: 2 } });
  expect(forkChain(fork), "and so is one that has nothing yet").toMatchObject({
    hash: "b",
    follows: { chain: begun.chain, sequence: 2 },
  });
});

const CUT_CONNECTIONS =
  "select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'validator %'";

test("four writers, connections that are cut, and keys that are taken: sound at any time", async () => {
  const { write } = createDecisionWriter(pools, { zone: "a", replica: "test", engine: "0" });
  const logged: KeptAnchor[] = [];
  const info = (fields: object) => {
    const { anchor, hash } = fields as { anchor: number; hash: string };
    logged.push({ number: anchor, hash });
  };
  const anchors = startAnchors(pools.lookup, { interval: 100, log: { info, warn: () => {} } });
  let failed = 0;

  /** Batches that share some of their keys with those of other writers, so that they wait for each other. */
  async function writeBatches(index: number, round: number): Promise<void> {
    for (let batch = 0; batch < 8; batch++) {
      const keys = [`shared ${round} ${batch}`, `own ${index} ${round} ${batch}`, null, null];
      const rows = keys.map((key) => decisionRow(key, { receivedAt: Date.now(), decidedAt: Date.now() }));
      const attempt = () => write(rows).catch(() => void failed++);
      await until(async () => (await attempt()) !== undefined, 20_000);
    }
  }

  try {
    for (let round = 0; round < 5; round++) {
      const before = failed;
      let done = false;
      const writing = Promise.all([0, 1, 2, 3].map((index) => writeBatches(index, round))).finally(() => {
        done = true;
      });
      await until(async () => {
        if (failed === before) await postgres.query(CUT_CONNECTIONS);
        expect((await verifyAudit(client)).findings).toEqual([]);
        return done;
      }, 20_000);
      await writing;
    }
    await until(async () => (await verifyAudit(client)).anchors > 1, 20_000);
  } finally {
    await anchors.stop();
  }
  expect(failed).toBeGreaterThan(0);
  // One in a minute: the first, and another one where a minute has just ended.
  expect([1, 2]).toContain(logged.length);
  const { findings, decisions, links } = await verifyAudit(client, { kept: logged });
  expect([findings, decisions]).toEqual([[], 5 * 8 * (4 * 3 + 1)]);
  const inLinks = await client.query<{ rows: number; links: number }>(
    "select sum(cardinality(ids))::int as rows, count(*)::int as links from audit_links",
  );
  expect(inLinks.rows, "each row is in one link; one act is").toEqual([{ rows: decisions + 1, links }]);
});

test("a chain that somebody else has written to is left, and its rows are stored all the same", async () => {
  const { write } = createDecisionWriter(pools, { zone: "a", replica: "test", engine: "0" });
  const first = decisionRow();
  await write([first]);
  const { rows } = await client.query<{ chain: string }>(
    "select link_chain as chain from decisions where id = $1",
    [first.id],
  );
  await client.query(
    `insert into audit_links select chain, 2, follows_chain, follows_sequence, previous, ids, row_hashes, written_at,
       transaction_id, hash from audit_links where chain = $1`,
    [rows[0]?.chain],
  );
  const second = decisionRow();
  await expect(write([second])).rejects.toThrow("was written by somebody else");
  expect((await write([second]))[0]?.id).toBe(second.id);
  const report = await verifyAudit(client);
  expect(report.first?.id).toBe(`${rows[0]?.chain} 2`);
});
