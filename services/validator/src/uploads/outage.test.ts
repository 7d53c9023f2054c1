// Bad days: processes that are killed, a Redis that forgets or is gone, a bucket that is away.
import { renameSync } from "node:fs";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { ask } from "../../test/apps.ts";
import { payment } from "../../test/payments.ts";
import { startRedis, whyWithoutRedis, withoutRedis, type TestRedis } from "../../test/redis.ts";
import { startService, stopService, type Service } from "../../test/service.ts";
import { until } from "../../test/until.ts";
import { csvFile } from "./testing/files.ts";
import { ended, look, openWorld, resultsOf, send, tally, type World } from "./testing/world.ts";

const PATIENCE = 60_000;

let world: World;
let service: Service | undefined;

beforeAll(async () => {
  world = await openWorld();
}, PATIENCE);
afterAll(async () => {
  await stopService(service);
  await world?.close();
});

function file(count: number, tag: string): string {
  return csvFile(
    Array.from({ length: count }, (_, index) => payment({ endToEndId: `${tag}-${index}` }, Date.now())),
  );
}

const whole = (rows: number) => ({ decided: rows, told: rows, rows });

test(
  "a process that is killed goes on from its last row, and no row is decided twice",
  async () => {
    const rows = 2000;
    const idle = await world.replica({ UPLOAD_CPU_PERCENT: "0", REPLICA: "idle" });
    const { id } = (await send(idle, file(rows, "K"))).body;
    const done = async () => ((await look(idle, id)).body["progress"] as { done: number }).done;
    for (const stretch of [1, 2]) {
      const before = await done();
      // As slow as it gets, so that it is killed in the middle.
      service = await startService(world.postgres.url(), {
        ...world.env,
        UPLOAD_CPU_PERCENT: "20",
        REPLICA: `r${stretch}`,
      });
      await until(async () => (await done()) > before, PATIENCE);
      await stopService(service);
      const { state } = (await look(idle, id)).body;
      const now = await done();
      expect([state, now > before, now < rows]).toEqual(["running", true, true]);
      // The lease of the dead one: nobody needs to wait for it here.
      await world.postgres.query("update uploads set lease_until = now() where id = $1", [id]);
    }
    const last = await world.replica({ REPLICA: "last" });
    expect(await ended(last, id, PATIENCE)).toMatchObject({
      state: "done",
      progress: { done: rows, total: rows },
    });
    expect(await tally(world.postgres, id)).toEqual(whole(rows));
    const results = await resultsOf(last, id);
    expect(results.map(({ row }) => row)).toEqual(Array.from({ length: rows }, (_, index) => index + 1));
    await last.server.close();
  },
  PATIENCE,
);

test("rows that were decided but not yet stored as results are not decided again", async () => {
  const idle = await world.replica({ UPLOAD_CPU_PERCENT: "0" });
  const { id } = (await send(idle, file(50, "A"))).body;
  const first = await world.replica();
  await ended(first, id);
  const results = await resultsOf(first, id);
  await first.server.close();
  // As if the process had ended between the two.
  await world.postgres.query("delete from upload_rows where upload = $1 and row > 20", [id]);
  await world.postgres.query(
    "update uploads set state = 'running', ended_at = null, done = 20 where id = $1",
    [id],
  );
  const second = await world.replica();
  expect((await ended(second, id))["state"]).toBe("done");
  expect(await resultsOf(second, id)).toEqual(results);
  expect(await tally(world.postgres, id)).toEqual(whole(50));
  await second.server.close();
});

test("what is cancelled is decided no further", async () => {
  const idle = await world.replica({ UPLOAD_CPU_PERCENT: "0" });
  const { id } = (await send(idle, file(1000, "C"))).body;
  const cancel = () =>
    ask(idle, { method: "DELETE", url: `/v1/uploads/${id}`, headers: { "x-actor": "ann" } });
  expect((await cancel()).body).toMatchObject({ state: "cancelled", progress: { done: 0 } });
  expect((await cancel()).status).toBe(200);
  const other = await world.replica();
  const { id: next } = (await send(other, file(1, "D"))).body;
  await ended(other, next);
  expect(await tally(world.postgres, id)).toEqual(whole(0));
  const late = await ask(other, {
    method: "DELETE",
    url: `/v1/uploads/${next}`,
    headers: { "x-actor": "ann" },
  });
  expect(late.body.code).toBe("upload_ended");
  await other.server.close();
});

test("a bucket that is away takes nothing, and what it has is validated later", async () => {
  const idle = await world.replica({ UPLOAD_CPU_PERCENT: "0" });
  const { id } = (await send(idle, file(5, "B"))).body;
  renameSync(world.folder, `${world.folder}-away`);
  const app = await world.replica();
  await until(async () => (await look(app, id)).body["state"] === "running", PATIENCE);
  renameSync(`${world.folder}-away`, world.folder);
  expect((await ended(app, id))["state"]).toBe("done");

  const readOnly = await world.replica({ UPLOADS_URL: "file:///dev/null/uploads" });
  const { status, body, headers } = await send(readOnly, file(1, "B"));
  expect([status, body.code, headers["retry-after"]]).toEqual([503, "bucket_unavailable", "1"]);
  await app.server.close();
});

describe.skipIf(withoutRedis)(`with Redis${whyWithoutRedis}`, () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis?.stop());

  test(
    "several replicas share the queue, and each row is decided once",
    async () => {
      const names = ["one", "two", "three"];
      const apps = await Promise.all(
        names.map((REPLICA) => world.replica({ CACHE_URL: redis.url, UPLOAD_RECEIVERS: "6", REPLICA })),
      );
      const [first] = apps as [(typeof apps)[0]];
      const ids = await Promise.all(
        names.flatMap((name) =>
          [1, 2].map(async (copy) => (await send(first, file(100, `${name}${copy}`))).body.id),
        ),
      );
      for (const id of ids) {
        expect((await ended(first, id))["state"]).toBe("done");
        expect(await tally(world.postgres, id)).toEqual(whole(100));
      }
      const { rows } = await world.postgres.query(
        "select count(distinct replica)::int as count from decisions where replica = any($1)",
        [names],
      );
      expect(rows[0]?.count).toBeGreaterThan(1);
      for (const { server } of apps) await server.close();
    },
    PATIENCE,
  );

  test(
    "a Redis that forgets the queue, or is gone, loses no upload",
    async () => {
      const app = await world.replica({ CACHE_URL: redis.url });
      const ids: string[] = [];
      for (const tag of ["F1", "F2", "F3"]) ids.push((await send(app, file(300, tag))).body.id);
      await redis.client.flushall();
      for (const id of ids) expect((await ended(app, id))["state"]).toBe("done");

      await redis.kill();
      const { id } = (await send(app, file(10, "G"))).body;
      expect((await ended(app, id))["state"]).toBe("done");
      await redis.start();
      const { id: after } = (await send(app, file(10, "H"))).body;
      expect((await ended(app, after))["state"]).toBe("done");
      for (const each of [...ids, id, after]) {
        const { decided, rows } = await tally(world.postgres, each);
        expect(decided).toBe(rows);
      }
      await app.server.close();
    },
    PATIENCE,
  );
});
