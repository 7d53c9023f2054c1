// Whatever comes in: a coded refusal, never a 5xx, never a stack trace.
import { randomUUID } from "node:crypto";
import { connect } from "node:net";

import fc from "fast-check";
import type { InjectOptions } from "fastify";
import { afterAll, beforeAll, expect, test } from "vitest";

import { appOn, ask, post } from "../../test/apps.ts";
import { NOON, payment } from "../../test/payments.ts";
import { startPostgres, type TestPostgres } from "../../test/postgres.ts";
import type { App } from "../app.ts";
import { migrate } from "../database/migrator.ts";

let postgres: TestPostgres;
let app: App;

beforeAll(async () => {
  postgres = await startPostgres();
  await migrate({ url: postgres.url(), deadline: 10_000 });
  app = await appOn(postgres.url(), {}, () => NOON);
});
afterAll(async () => {
  await app?.server.close();
  await postgres?.stop();
});

const total = async () =>
  (await postgres.query("select count(*)::int as n from decisions")).rows[0].n as number;

const text = JSON.stringify(payment());

test.each([
  ["", 400, "malformed_json", ["json_malformed "]],
  ["null", 400, "invalid_transaction", ["wrong_type "]],
  ["[]", 400, "invalid_transaction", ["wrong_type "]],
  ["{", 400, "malformed_json", ["json_malformed "]],
  [Buffer.from([0xff, 0xfe]), 400, "malformed_json", ["json_not_utf8 "]],
  ["[".repeat(50_000), 400, "malformed_json", ["json_too_deep "]],
  [
    text.replace('"messageId"', '"endToEndId":"x","messageId"'),
    400,
    "malformed_json",
    ["json_duplicate_key /endToEndId"],
  ],
  [
    text.replace('"channel"', '"__proto__":{"polluted":1},"channel"'),
    400,
    "invalid_transaction",
    ["unknown_field /__proto__"],
  ],
  [
    text.replace('"channel"', '"constructor":{"prototype":{}},"channel"'),
    400,
    "invalid_transaction",
    ["unknown_field /constructor"],
  ],
  [text.replace('"web"', String.raw`"\u0000"`), 400, "invalid_transaction", ["text_character /channel"]],
  [text.replace('"web"', String.raw`"\ud800"`), 400, "invalid_transaction", ["text_character /channel"]],
  [
    text.replace('"125000"', "1250.0"),
    400,
    "invalid_transaction",
    ["amount_not_integer /instructedAmount/value"],
  ],
  [
    text.replace('"125000"', "1e3"),
    400,
    "invalid_transaction",
    ["amount_not_integer /instructedAmount/value"],
  ],
  [
    text.replace('"125000"', "1e400"),
    400,
    "invalid_transaction",
    ["amount_not_integer /instructedAmount/value"],
  ],
  [
    text.replace('"125000"', "9007199254740993"),
    400,
    "invalid_transaction",
    ["amount_not_exact /instructedAmount/value"],
  ],
  [
    text.replace('"125000"', "-1"),
    400,
    "invalid_transaction",
    ["amount_not_positive /instructedAmount/value"],
  ],
  [
    text.replace('"125000"', "0"),
    400,
    "invalid_transaction",
    ["amount_not_positive /instructedAmount/value"],
  ],
  [text.replace('"125000"', "null"), 400, "invalid_transaction", ["wrong_type /instructedAmount/value"]],
  [
    text.replace('"125000"', `"${"9".repeat(30_000)}"`),
    400,
    "invalid_transaction",
    ["amount_too_large /instructedAmount/value"],
  ],
  [
    text.replace('"INVOICE-4711"', `"${"x".repeat(36)}"`),
    400,
    "invalid_transaction",
    ["too_long /endToEndId"],
  ],
  [text.replace('"MSG-2026-000001"', '""'), 400, "invalid_transaction", ["too_short /messageId"]],
  [text.replace('"MSG-2026-000001"', "7"), 400, "invalid_transaction", ["wrong_type /messageId"]],
  [
    text.replace('"iban":"DE', '"other":"1","iban":"DE'),
    400,
    "invalid_transaction",
    ["account_identification /debtor/account"],
  ],
  [text.replace('"192.0.2.17"', '"localhost"'), 400, "invalid_transaction", ["ip_invalid /ip"]],
  [" ".repeat(64 * 1024) + text, 413, "body_too_large", []],
] as const)("refuses the body %.50s with %i", async (body, status, code, reasons) => {
  const before = await total();
  const answer = await post(app, body);
  expect(answer.status).toBe(status);
  expect(answer.body.code).toBe(code);
  expect(answer.body.reasons.map(({ code, pointer }) => `${code} ${pointer}`)).toEqual(reasons);
  expect(await total(), "nothing is stored").toBe(before);
});

test("an answer stays small however many faults there are", async () => {
  const body = Object.fromEntries(Array.from({ length: 4000 }, (_, index) => [`field${index}`, 1]));
  const { body: answer } = await post(app, body);
  expect(answer.reasons.length).toBe(51);
  expect(answer.reasons.at(-1)?.code).toBe("too_many_reasons");
});

test.each([
  [{ method: "GET", url: "/nowhere" }, 404, "not_found"],
  [{ method: "GET", url: "/v1/transactions/%zz" }, 404, "not_found"],
  [{ method: "GET", url: "/v1/transactions/1" }, 404, "transaction_not_found"],
  [{ method: "GET", url: "/v1/transactions/%00" }, 404, "transaction_not_found"],
  [{ method: "GET", url: `/v1/transactions/${randomUUID()}` }, 404, "transaction_not_found"],
  [{ method: "DELETE", url: `/v1/transactions/${randomUUID()}` }, 405, "method_not_allowed"],
  [{ method: "DELETE", url: "/v1/transactions" }, 405, "method_not_allowed"],
  [{ method: "POST", url: `/v1/transactions/${randomUUID()}/replay` }, 405, "method_not_allowed"],
  [{ method: "GET", url: `/v1/transactions/${randomUUID()}/replay` }, 404, "transaction_not_found"],
  [{ method: "GET", url: "/v1/transactions?from=yesterday" }, 400, "invalid_request"],
  [{ method: "GET", url: "/v1/transactions?after=1" }, 400, "invalid_request"],
  [{ method: "GET", url: "/v1/transactions?limit=0" }, 400, "invalid_request"],
  [{ method: "GET", url: "/v1/transactions?outcome=perhaps" }, 400, "invalid_request"],
  [{ method: "GET", url: "/v1/transactions?acount=1" }, 400, "invalid_request"],
  [{ method: "GET", url: "/v1/transactions?account=%00" }, 400, "invalid_request"],
  [
    { method: "POST", url: "/healthz", payload: "x", headers: { "content-type": "image/png" } },
    405,
    "method_not_allowed",
  ],
  [
    { method: "POST", url: "/v1/transactions", payload: text, headers: { "content-type": "text/plain" } },
    415,
    "unsupported_media_type",
  ],
  [
    {
      method: "POST",
      url: "/v1/transactions",
      payload: text,
      headers: { "content-type": "application/json", "content-encoding": "gzip" },
    },
    415,
    "unsupported_media_type",
  ],
  [
    {
      method: "POST",
      url: "/v1/transactions",
      payload: text,
      headers: { "content-type": "application/json", "idempotency-key": "two words" },
    },
    400,
    "invalid_idempotency_key",
  ],
] as const)("answers %j with %i", async (options, status, code) => {
  const answer = await ask(app, options as InjectOptions);
  expect(answer.status).toBe(status);
  expect(answer.body.code).toBe(code);
  expect(answer.headers["allow"] !== undefined, "Allow comes with 405").toBe(status === 405);
});

test("no body gets a 5xx: arbitrary JSON, bytes, and transactions with one thing replaced", async () => {
  const paths = [
    "messageId",
    "creationDateTime",
    "instructedAmount",
    "debtor",
    "channel",
    "ip",
    "card",
  ] as const;
  const replaced = fc
    .tuple(fc.constantFrom(...paths), fc.jsonValue())
    .map(([path, value]) => ({ ...payment(), [path]: value }));
  const texts = fc.string({ unit: "binary", maxLength: 150 }).map((name) => {
    const body = payment();
    return { ...body, debtor: { ...body.debtor, name, account: { other: name } }, device: name };
  });
  const bodies = fc.oneof(fc.json(), fc.uint8Array({ maxLength: 300 }).map(Buffer.from), replaced, texts);
  await fc.assert(
    fc.asyncProperty(bodies, async (body) => {
      const { status, body: answer } = await post(app, body);
      expect([200, 400]).toContain(status);
      expect(status === 200 || answer.reasons.length > 0).toBe(true);
    }),
    { numRuns: 400 },
  );
});

test("no header or address gets a 5xx", async () => {
  await fc.assert(
    fc.asyncProperty(fc.webPath(), fc.string({ unit: "grapheme-ascii" }), async (path, value) => {
      const key = value.replaceAll(/[^\t -~]/g, "");
      const answer = await ask(app, { method: "GET", url: path || "/", headers: { "x-amzn-trace-id": key } });
      expect(answer.status).toBeLessThan(500);
      const posted = await post(app, payment(), { "idempotency-key": key });
      expect([200, 400, 409]).toContain(posted.status);
    }),
    { numRuns: 100 },
  );
});

test("the trace of a load balancer is the id of the request", async () => {
  const root = "1-67891233-abcdef012345678912345678";
  const { body } = await ask(app, {
    url: "/nowhere",
    headers: { "x-amzn-trace-id": `Self=1-2-3;Root=${root};Sampled=1` },
  });
  expect(body["traceId"]).toBe(root);
  const strange = await ask(app, { url: "/nowhere", headers: { "x-amzn-trace-id": 'Root="}{' } });
  expect(strange.body["traceId"]).toMatch(/^test-/);
});

test("what is not HTTP gets a problem, not silence", async () => {
  const replica = await appOn(postgres.url());
  await replica.server.listen({ host: "127.0.0.1", port: 0 });
  const { port } = replica.server.server.address() as { port: number };
  const send = (bytes: string) =>
    new Promise<string>((resolve, reject) => {
      const socket = connect(port, "127.0.0.1", () => socket.write(bytes));
      let answer = "";
      socket.on("data", (chunk) => (answer += chunk.toString()));
      socket.on("close", () => resolve(answer));
      socket.on("error", reject);
    });
  expect(await send("NONSENSE\r\n\r\n")).toMatch(/^HTTP\/1\.1 400 .*"code":"malformed_request"/s);
  expect(await send(`GET / HTTP/1.1\r\nHost: a\r\nX: ${"x".repeat(20_000)}\r\n\r\n`)).toMatch(
    /^HTTP\/1\.1 431 /,
  );
  expect(
    await send(
      "POST /v1/transactions HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ),
  ).toMatch(/^HTTP\/1\.1 400 /);
  await replica.server.close();
});
