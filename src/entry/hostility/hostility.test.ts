import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { balance, GET, RawClient, RawTarget, status } from "../test-support.ts";
import { startHaproxy } from "./haproxy.ts";
import { needsHaproxy } from "./needs.ts";
import { type Technique, TECHNIQUES } from "./techniques.ts";

test.each(TECHNIQUES.map((technique) => [technique.name, technique] as const))("%s", async (_, technique) => {
  const target = await RawTarget.start();
  const { client } = await balance([target]);
  const raw = client().write(technique.bytes);
  // What a request leaves behind would be the beginning of the next one.
  const isRefused = technique.requests === 0;
  const answer = isRefused ? await raw.closes() : await raw.receives("hello");
  expect(status(answer)).toBe(technique.status);
  expect(answer.match(/HTTP\/1\.1 \d{3}/g)).toHaveLength(1);
  expect(target.requests).toHaveLength(technique.requests);
  expect(target.requests.every((request) => !request.startsWith("GET /smuggled"))).toBe(true);
  expect(target.bytes).toMatch(technique.has ?? /^/);
  expect(target.bytes).not.toMatch(technique.hasNot ?? /^\b$/);
  // Another client gets its own answer, on the same connection to the target if there is one.
  await client().write(GET).receives("hello");
  expect(target.requests).toHaveLength(technique.requests + 1);
  expect(target.requests.at(-1)).toMatch(/^GET \/a /);
});

test("a body that comes after its time is over is no request (pause-based desync)", async () => {
  const target = await RawTarget.start();
  const { client } = await balance([target], { timeouts: { clientIdle: 60 } });
  const raw = client().write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n");
  await raw.receives("</html>");
  raw.write("GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n");
  expect(status(await raw.closes())).toBe(408);
  expect(raw.text.match(/HTTP\/1\.1 \d{3}/g)).toHaveLength(1);
  await target.holds(0);
  expect(target.bytes).not.toContain("smuggled");
});

test("a target that closes in the middle of a body gets no other client's request on it", async () => {
  const target = await RawTarget.start();
  target.onHead = (text, socket) => {
    if (text.startsWith("POST")) socket.end("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nearly");
  };
  const { client } = await balance([target]);
  const raw = client().write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhalf");
  await raw.receives("early");
  raw.write("GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n");
  await client().write(GET).receives("hello");
  expect(target.bytes).not.toContain("smuggled");
});

const { version, skipped, why } = needsHaproxy();

/** Every answer of HAProxy says what it made of the request: 200 is the target's. */
async function throughHaproxy(port: number, technique: Technique): Promise<string> {
  const raw = new RawClient(port).write(technique.bytes);
  await raw.until(
    () => raw.closed || raw.text.includes("\r\n\r\n"),
    () => raw.text,
  );
  const name = technique.name.replaceAll(/[^\x20-\x7e]/g, "?");
  return `${technique.status}  ${status(raw.text)}  ${name}`;
}

const record = new URL(`haproxy-${version}.txt`, import.meta.url).pathname;
/** Another version may do otherwise: it is compared once someone has made its record. */
const isKnown = existsSync(record) || process.env["PLUMBLINE_RECORD"] === "haproxy";

describe.skipIf(skipped || !isKnown)(`beside HAProxy${skipped ? why : ` ${version}`}`, () => {
  test("what it does with the same bytes is on record", async () => {
    const rows: string[] = [];
    const port = await startHaproxy((await RawTarget.start()).described().port);
    for (const technique of TECHNIQUES) rows.push(await throughHaproxy(port, technique));
    const title = `The status of the first answer, here and of HAProxy ${version} with its defaults:`;
    await expect(`${title}\n\n${rows.join("\n")}\n`).toMatchFileSnapshot(record);
  });
});
