import { createHash } from "node:crypto";
import { connect } from "node:net";
import { gzipSync } from "node:zlib";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { ask, post } from "../../test/apps.ts";
import { payment } from "../../test/payments.ts";
import { until } from "../../test/until.ts";
import type { App } from "../app.ts";
import type { TransactionBody } from "../transactions/schema.ts";
import { csvFile, nachaFile, ndjsonFile, pacs008, pain001 } from "./testing/files.ts";
import { ended, openWorld, resultsOf, send, tally, type World } from "./testing/world.ts";

let world: World;
let app: App;

beforeAll(async () => {
  world = await openWorld();
  app = await world.replica();
}, 60_000);
afterAll(() => world?.close());

const of = (text: string) => `sha-256=:${createHash("sha256").update(text).digest("base64")}:`;

/** Payments of which some are approved, some reviewed and some declined. */
function payments(count: number, tag: string): TransactionBody[] {
  return Array.from({ length: count }, (_, index) =>
    payment(
      {
        endToEndId: `${tag}-${index}`,
        instructedAmount: { value: index % 3 === 1 ? "5000000" : "1000", currency: "EUR" },
        debtor: { ...payment().debtor, country: index % 3 === 2 ? "XX" : "DE" },
      },
      Date.now(),
    ),
  );
}

async function nothingKept<T>(use: () => Promise<T>): Promise<T> {
  const before = world.kept().length;
  const result = await use();
  expect(world.kept()).toHaveLength(before);
  return result;
}

describe("a file of each format", () => {
  const some = payments(30, "F");
  const [first] = some as [TransactionBody];
  const ofOne = some.map((one) => ({ ...one, debtor: first.debtor }));
  const entries = some.map((_, index) => ({
    code: index % 2 === 0 ? ("22" as const) : ("27" as const),
    routing: "121042882",
    account: `ACC-${index}`,
    cents: index === 3 ? 0 : 1000,
    name: `Receiver ${index}`,
  }));

  test.each([
    ["csv", csvFile(some), "text/csv", some],
    ["ndjson", ndjsonFile(some), "application/x-ndjson", some],
    ["iso20022", pain001(ofOne), "application/xml", ofOne],
    ["iso20022", pacs008(some), "text/xml; charset=utf-8", some],
    ["nacha", nachaFile(entries), "text/plain", undefined],
  ])("%s: its rows are decided as transactions are", async (format, content, type, bodies) => {
    const { status, headers, body } = await send(app, content, { "content-type": type }, "?name=file.dat");
    const sha256 = createHash("sha256").update(content).digest("hex");
    expect([status, headers["location"]]).toEqual([201, `/v1/uploads/${body.id}`]);
    expect(body).toMatchObject({
      format,
      name: "file.dat",
      sha256,
      bytes: Buffer.byteLength(content),
      uploadedBy: "ann",
    });

    const end = await ended(app, body.id);
    expect(end).toMatchObject({ state: "done", progress: { done: 30, total: 30 }, failure: null });
    const results = await resultsOf(app, body.id);
    expect(results.map(({ row }) => row)).toEqual(some.map((_, index) => index + 1));
    const outcomes = Object.groupBy(results, ({ outcome }) => outcome);
    for (const [outcome, count] of Object.entries(end["results"] as Record<string, number>)) {
      expect(outcomes[outcome]?.length ?? 0).toBe(count);
    }
    for (const index of [0, 1, 2]) {
      const { decision, outcome, reasons } = results[index] as (typeof results)[number];
      const stored = await ask(app, { url: `/v1/transactions/${decision}`, headers: { "x-actor": "ann" } });
      expect(stored.body).toMatchObject({ outcome, reasons });
      if (bodies === undefined) continue;
      expect(stored.body["transaction"]).toMatchObject({ endToEndId: bodies[index]?.endToEndId });
      expect((await post(app, bodies[index])).body.outcome).toBe(outcome);
    }
    const refused = results.filter(({ outcome }) => outcome === "refused");
    const expected = format === "nacha" ? [[4, "amount_not_positive"]] : [];
    expect(refused.map(({ row, reasons }) => [row, reasons[0]?.code])).toEqual(expected);
  });

  test("is known by its content where its type says nothing, and may be compressed", async () => {
    const content = gzipSync(csvFile(some));
    const { body } = await send(app, content, { "content-encoding": "gzip" });
    expect(body).toMatchObject({ format: "csv", bytes: Buffer.byteLength(csvFile(some)) });
    expect((await ended(app, body.id))["state"]).toBe("done");
  });
});

test("rows that are no transactions are refused by themselves, with the reasons of a request", async () => {
  const [sound] = payments(1, "R");
  const bad = { ...sound, surprise: 1, debtor: undefined };
  const { body } = await send(app, `${JSON.stringify(bad)}\n{\n${JSON.stringify(sound)}\n`);
  expect(await ended(app, body.id)).toMatchObject({ state: "done", results: { refused: 2, approve: 1 } });
  const [first, second, third] = await resultsOf(app, body.id);
  const direct = await post(app, bad);
  expect(first?.reasons).toEqual(direct.body.reasons);
  expect([second?.line, second?.reasons[0]?.code]).toEqual([2, "json_malformed"]);
  expect([third?.line, third?.outcome]).toEqual([3, "approve"]);

  const url = `/v1/uploads/${body.id}/results?after=1`;
  const csv = await app.server.inject({ url, headers: { "x-actor": "ann", accept: "text/csv" } });
  expect(csv.body.split("\r\n").map((line) => line.split(",")[2])).toEqual([
    "outcome",
    "refused",
    "approve",
    undefined,
  ]);
});

describe("a file that is broken as a whole decides nothing", () => {
  const some = payments(20, "B");
  test.each([
    ["control_totals", pain001(some, { count: 21 }), "application/xml"],
    ["encoding_invalid", Buffer.from(csvFile(some).replace("Erika", "J\u00F6rg"), "latin1"), "text/csv"],
    ["truncated", pacs008(some).slice(0, -50), "application/xml"],
    [
      "xml_dtd",
      pacs008(some, { doctype: '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>' }),
      "application/xml",
    ],
    ["no_rows", "", "application/x-ndjson"],
  ])("%s", async (code, content, type) => {
    const { body } = await send(app, content, { "content-type": type });
    const end = await ended(app, body.id);
    expect(end).toMatchObject({ state: "failed", failure: { code } });
    const { line } = end["failure"] as { line: number | null };
    expect(line === null).toBe(code === "no_rows");
    expect(await tally(world.postgres, body.id)).toEqual({ decided: 0, told: 0, rows: 0 });
  });
});

describe("what is not taken leaves nothing behind", () => {
  const content = csvFile(payments(100, "N"));

  test("content with another digest", async () => {
    const wrong = await nothingKept(() => send(app, content, { "content-digest": of("other") }));
    expect([wrong.status, wrong.body.code]).toEqual([400, "digest_mismatch"]);
    expect((await send(app, content, { "content-digest": of(content) })).status).toBe(201);
    const { body } = await nothingKept(() => send(app, content, { "content-digest": "sha-256=nonsense" }));
    expect(body.code).toBe("invalid_request");
  });

  test("a small file that becomes a large one", async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024, "{"));
    const { status, body } = await nothingKept(() => send(app, bomb, { "content-encoding": "gzip" }));
    expect([status, body.code, body.reasons[0]?.code]).toEqual([
      413,
      "body_too_large",
      "compressed_too_well",
    ]);
  });

  test("gzip that is cut off, or none", async () => {
    for (const sent of [gzipSync(content).subarray(0, -20), Buffer.from(content)]) {
      const { status, body } = await nothingKept(() => send(app, sent, { "content-encoding": "gzip" }));
      expect([status, body.code]).toEqual([400, "content_malformed"]);
    }
  });

  test.each([
    ["archive", Buffer.from("PK\u0003\u0004"), {}],
    ["archive", gzipSync(content), {}],
    ["encoding_unsupported", Buffer.from(`\uFEFF${content}`, "utf16le"), { "content-type": "text/csv" }],
    ["format_unknown", Buffer.from("hello"), {}],
    ["content_type", Buffer.from(content), { "content-type": "multipart/form-data; boundary=x" }],
    ["content_encoding", Buffer.from(content), { "content-encoding": "br" }],
  ])("%s is 415", async (code, sent, headers) => {
    const { status, body } = await nothingKept(() => send(app, sent, headers));
    expect([status, body.reasons[0]?.code]).toEqual([415, code]);
  });

  test("a file that is too large", async () => {
    const small = await world.replica({ UPLOAD_BYTES: "1024" });
    const { status, body } = await nothingKept(() => send(small, content));
    expect([status, body.code]).toEqual([413, "body_too_large"]);
  });

  test("a body that ends before its length, or stands still", async () => {
    const other = await world.replica({ UPLOAD_IDLE_MS: "200" });
    const address = await other.server.listen({ port: 0, host: "127.0.0.1" });
    const before = world.kept().length;
    const talk = async (isEnded: boolean) => {
      const socket = connect(Number(new URL(address).port), "127.0.0.1");
      const head = "POST /v1/uploads HTTP/1.1\r\nHost: x\r\nX-Actor: ann\r\nContent-Length: 1000000\r\n\r\n";
      let answer = "";
      socket.on("data", (chunk: Buffer) => (answer += chunk.toString()));
      const closed = new Promise((resolve) => socket.once("close", resolve));
      socket.write(head + content);
      if (isEnded) socket.end();
      await closed;
      return answer;
    };
    expect(await talk(true)).toMatch(/^HTTP\/1\.1 400 .*"code":"malformed_request"/s);
    expect(await talk(false)).toMatch(/^HTTP\/1\.1 408 .*"code":"request_timeout"/s);
    await until(() => world.kept().length === before, 5000);
  });
});

test("names from clients are no paths", async () => {
  const content = csvFile(payments(1, "P"));
  for (const name of [
    "../../etc/passwd",
    "/etc/cron.d/x",
    "..\\..\\x",
    "C:\\x",
    "%2e%2e%2fx",
    "a\u202Egpj.exe",
  ]) {
    const before = world.kept();
    const { status, body } = await send(app, content, {}, `?name=${encodeURIComponent(name)}`);
    expect([status, body["name"]]).toEqual([201, name]);
    expect(world.kept().filter((one) => !before.includes(one))).toEqual([body.id]);
  }
  expect((await send(app, content, {}, "?name=%00")).status).toBe(400);
  for (const id of ["..%2F..%2Fetc%2Fpasswd", "%2e%2e", "x"]) {
    for (const rest of ["", "/results"]) {
      const { status } = await ask(app, { url: `/v1/uploads/${id}${rest}`, headers: { "x-actor": "ann" } });
      expect(status).toBe(404);
    }
  }
});

test("a key is one file", async () => {
  const content = csvFile(payments(2, "K"));
  const key = { "idempotency-key": "march-payroll" };
  const first = await send(app, content, key);
  const again = await nothingKept(() => send(app, content, key));
  expect([again.status, again.body.id, again.headers["idempotent-replayed"]]).toEqual([
    201,
    first.body.id,
    "true",
  ]);
  const other = await nothingKept(() => send(app, `${content}\n`, key));
  expect([other.status, other.body.code]).toEqual([409, "idempotency_conflict"]);
});

test("without a bucket no file is taken", async () => {
  const { status, body } = await send(await world.replica({ UPLOADS_URL: "" }), "{}");
  expect([status, body.code]).toEqual([501, "uploads_not_configured"]);
});

test("uploads are listed, the newest first, and recorded", async () => {
  const { body } = await send(app, csvFile(payments(1, "L")));
  await ended(app, body.id);
  const list = await ask(app, { url: "/v1/uploads?state=done&limit=2", headers: { "x-actor": "ann" } });
  const items = list.body["items"] as { id: string }[];
  expect([items[0]?.id, items.length]).toEqual([body.id, 2]);
  const { rows } = await world.postgres.query("select act, actor from audit_events where subject = $1", [
    `uploads/${body.id}`,
  ]);
  expect(rows).toEqual([{ act: "upload.received", actor: "ann" }]);
});
