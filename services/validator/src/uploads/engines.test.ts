// Uploads where the database is MySQL; the other tests have PostgreSQL.
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { startMariadb, whyWithoutMariadb, withoutMariadb } from "../../test/mariadb.ts";
import { payment } from "../../test/payments.ts";
import { as } from "../../test/rules.ts";
import { csvFile } from "./testing/files.ts";
import { ended, look, openWorld, resultsOf, send, tally, type World } from "./testing/world.ts";

const file = (count: number, tag: string) =>
  csvFile(
    Array.from({ length: count }, (_, index) =>
      payment(
        {
          endToEndId: `${tag}-${index}`,
          instructedAmount: { value: index % 3 === 1 ? "5000000" : "1000", currency: "EUR" },
        },
        Date.now(),
      ),
    ),
  );

describe.skipIf(withoutMariadb)(`uploads on MariaDB${whyWithoutMariadb}`, () => {
  let world: World;

  beforeAll(async () => {
    world = await openWorld(() => startMariadb());
  }, 60_000);
  afterAll(() => world?.close());

  test("a file is decided row by row, once, also where its key is used again", async () => {
    const app = await world.replica();
    const content = file(30, "A");
    const headers = { "idempotency-key": "a-file" };
    const { status, body } = await send(app, content, headers);
    expect(status).toBe(201);
    expect((await send(app, content, headers)).body.id).toBe(body.id);
    expect((await send(app, `${content} `, headers)).status).toBe(409);
    const end = await ended(app, body.id);
    expect(end).toMatchObject({
      state: "done",
      progress: { done: 30, total: 30 },
      results: { refused: 0, approve: 20, review: 10 },
    });
    const results = await resultsOf(app, body.id);
    expect(results.map(({ row }) => row)).toEqual(Array.from({ length: 30 }, (_, index) => index + 1));
    expect((await resultsOf(app, body.id, "?after=28")).map(({ row }) => row)).toEqual([29, 30]);
    expect(await tally(world.postgres, body.id)).toEqual({ decided: 30, told: 30, rows: 30 });
  });

  test("a row that is no transaction is refused by itself, with its reasons", async () => {
    const app = await world.replica();
    const { body } = await send(app, `{"a":1}\n`);
    expect(await ended(app, body.id)).toMatchObject({ state: "done", results: { refused: 1 } });
    const [row] = await resultsOf(app, body.id);
    expect(row).toMatchObject({ row: 1, outcome: "refused", decision: null });
    expect(row?.reasons.length).toBeGreaterThan(0);
  });

  test("an upload that waits is cancelled once, and taken up by nobody", async () => {
    const idle = await world.replica({ UPLOAD_CPU_PERCENT: "0" });
    const { body } = await send(idle, file(3, "C"));
    const cancel = () => as("ann", idle, "DELETE", `/v1/uploads/${body.id}`);
    const first = await cancel();
    expect(first.status).toBeLessThan(300);
    expect((await look(idle, body.id)).body["state"]).toBe("cancelled");
    expect((await cancel()).status).toBe(first.status);
    expect(await tally(world.postgres, body.id)).toEqual({ decided: 0, told: 0, rows: 0 });
  });
});
