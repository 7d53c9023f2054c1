import { randomUUID } from "node:crypto";

import fc from "fast-check";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";

import { startPostgres, type TestPostgres } from "../../test/postgres.ts";
import { BinaryColumns, ELEMENT } from "./binary.ts";

let postgres: TestPostgres;
let client: pg.Client;

beforeAll(async () => {
  postgres = await startPostgres();
  client = new pg.Client({ connectionString: postgres.url() });
  await client.connect();
});
afterAll(async () => {
  await client?.end();
  await postgres?.stop();
});

const SELECT = `select id, number::int as number, big::text as big, name, encode(bytes, 'hex') as bytes,
    document::text as document, at, flag
  from unnest($1::uuid[], $2::int4[], $3::int8[], $4::text[], $5::bytea[], $6::json[], $7::timestamptz[], $8::bool[])
    as row(id, number, big, name, bytes, document, at, flag)`;

test("PostgreSQL reads what was written, whatever it is and however much", async () => {
  // PostgreSQL's text has no U+0000, and UTF-8 no half of a surrogate pair.
  const text = fc.string({ unit: "binary" }).map((value) => value.replaceAll("\0", ""));
  const row = fc.record({
    id: fc.constant(0).map(() => randomUUID() as string),
    number: fc.integer(),
    big: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    name: fc.option(text),
    bytes: fc.uint8Array().map((bytes) => Buffer.from(bytes).toString("hex")),
    document: fc.json(),
    at: fc.date({ min: new Date(0), max: new Date("2400-01-01"), noInvalidDate: true }),
    flag: fc.boolean(),
  });
  await fc.assert(
    // The first buffer is too small for most of them.
    fc.asyncProperty(fc.array(row, { maxLength: 30 }), fc.constantFrom(20, 4000), async (rows, expected) => {
      const columns = new BinaryColumns(expected);
      const values = [
        columns.column(ELEMENT.uuid, rows, (to, { id }) => to.uuid(id)),
        columns.column(ELEMENT.int4, rows, (to, { number }) => to.int4(number)),
        columns.column(ELEMENT.int8, rows, (to, { big }) => to.int8(big)),
        columns.column(ELEMENT.text, rows, (to, { name }) => to.text(name)),
        columns.column(ELEMENT.bytea, rows, (to, { bytes }) => to.hex(bytes)),
        columns.column(ELEMENT.json, rows, (to, { document }) => to.text(document)),
        columns.column(ELEMENT.timestamptz, rows, (to, { at }) => to.time(at.getTime())),
        columns.column(ELEMENT.bool, rows, (to, { flag }) => to.boolean(flag)),
      ];
      const read = await client.query(SELECT, values);
      expect(read.rows).toEqual(rows.map((written) => ({ ...written, big: written.big.toString() })));
    }),
    { numRuns: 60 },
  );
});
