import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, get, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliDecompressSync, gunzipSync } from "node:zlib";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { listen } from "../../proxy/src/life.ts";
import type { App } from "../../proxy/src/start.ts";
import { buildApp } from "./app.ts";
import { readConfig } from "./config.ts";

const folder = mkdtempSync(join(tmpdir(), "web-"));
const PAGE = `<!doctype html><title>Page</title>${"<p>text</p>".repeat(200)}`;
let gateway: Server;
let app: App;
let port: number;
let breaksOff = false;
let asked: { url: string | undefined; headers: IncomingHttpHeaders }[] = [];

beforeAll(async () => {
  mkdirSync(join(folder, "assets"));
  writeFileSync(join(folder, "index.html"), PAGE);
  writeFileSync(join(folder, "assets", "index-B3xY9aQz.js"), "export {};");
  writeFileSync(join(folder, ".secret"), "secret");
  gateway = createServer(({ url, headers, socket }, response) => {
    asked.push({ url, headers });
    if (breaksOff) return void socket.resetAndDestroy();
    response.end("from the gateway");
  });
  await new Promise<void>((resolve) => void gateway.listen(0, "127.0.0.1", resolve));
  const GATEWAY_URL = `http://127.0.0.1:${(gateway.address() as AddressInfo).port}`;
  app = buildApp(readConfig({ GATEWAY_URL, FILES: folder, LOG_LEVEL: "silent" }));
  ({ port } = await listen(app.server, "127.0.0.1", 0));
});
afterAll(async () => {
  app?.server.closeAllConnections();
  app?.server.close();
  await app?.close();
  gateway?.closeAllConnections();
  gateway?.close();
  rmSync(folder, { recursive: true });
});

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

function ask(path: string, headers: Record<string, string> = {}, method = "GET"): Promise<Answer> {
  return new Promise((resolve, reject) => {
    get({ port, host: "127.0.0.1", path, headers, method, agent: false }, async (response) => {
      const body = Buffer.concat(await response.toArray());
      resolve({ status: response.statusCode, headers: response.headers, body });
    }).on("error", reject);
  });
}

describe("files", () => {
  test("are sent with how long they may be kept, and what a page may do", async () => {
    const page = await ask("/");
    expect([page.status, page.body.toString()]).toEqual([200, PAGE]);
    expect(page.headers).toMatchObject({
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-cache",
      "x-content-type-options": "nosniff",
      vary: "accept-encoding",
    });
    expect(page.headers["content-security-policy"]).toContain("frame-ancestors 'none'");
    expect(page.headers).not.toHaveProperty("strict-transport-security");
    const script = await ask("/assets/index-B3xY9aQz.js", { "x-forwarded-proto": "https" });
    expect(script.headers["cache-control"]).toBe("public, max-age=31536000, immutable");
    expect(script.headers["strict-transport-security"]).toContain("max-age=");
  });

  test("are sent in the smallest encoding that is taken, and not twice", async () => {
    const small = await ask("/", { "accept-encoding": "gzip, br" });
    expect(small.headers["content-encoding"]).toBe("br");
    expect(brotliDecompressSync(small.body).toString()).toBe(PAGE);
    const other = await ask("/", { "accept-encoding": "br;q=0, gzip" });
    expect(gunzipSync(other.body).toString()).toBe(PAGE);
    expect(other.headers.etag).not.toBe(small.headers.etag);
    const again = await ask("/", { "accept-encoding": "br", "if-none-match": `"a", ${small.headers.etag}` });
    expect([again.status, again.body.length]).toEqual([304, 0]);
  });

  test("are the first page where the application has a place, and nothing elsewhere", async () => {
    const html = { accept: "text/html,*/*" };
    expect((await ask("/cases/7", html)).body.toString()).toBe(PAGE);
    expect((await ask("/cases/7", { accept: "application/json" })).status).toBe(404);
    expect((await ask("/missing.js", html)).status).toBe(404);
  });

  test.each([
    "/.secret",
    "/../package.json",
    "/%2e%2e/package.json",
    "/assets/..%2f..%2fetc/passwd",
    "//etc/passwd",
  ])("are no others than those of the folder: %s", async (path) => {
    const { status, body } = await ask(path);
    expect([400, 404]).toContain(status);
    expect(body.toString()).not.toContain("secret");
  });

  test("cannot be changed", async () => {
    const { status, headers } = await ask("/index.html", {}, "DELETE");
    expect([status, headers.allow]).toEqual([405, "GET, HEAD"]);
    const head = await ask("/index.html", {}, "HEAD");
    expect([head.status, head.body.length, head.headers["content-length"]]).toEqual([
      200,
      0,
      String(PAGE.length),
    ]);
  });
});

test("calls go to the gateway, with where they came from", async () => {
  asked = [];
  const paths = ["/v1/transactions?limit=1", "/openapi.json", "/.well-known/jwks.json"];
  for (const path of paths)
    expect((await ask(path, { "x-forwarded-for": "203.0.113.7" })).body.toString()).toBe("from the gateway");
  expect(asked.map(({ url }) => url)).toEqual(paths);
  expect(asked[0]?.headers).toMatchObject({
    "x-forwarded-for": "203.0.113.7, 127.0.0.1",
    "x-request-id": expect.stringMatching(/^[0-9a-f-]{36}$/),
  });
});

test("a call with a key is repeated where keys are honoured, and nowhere else", async () => {
  breaksOff = true;
  try {
    for (const [path, attempts] of [
      ["/v1/transactions", 3],
      ["/v1/api-keys", 1],
    ] as const) {
      asked = [];
      expect((await ask(path, { "idempotency-key": "1" }, "POST")).status).toBe(502);
      expect(asked.length, `${path}`).toBe(attempts);
    }
  } finally {
    breaksOff = false;
  }
});

test("a gateway that is away is said to be, and pages are there all the same", async () => {
  const away = buildApp(
    readConfig({ GATEWAY_URL: "http://127.0.0.1:1", FILES: folder, LOG_LEVEL: "silent" }),
  );
  const before = port;
  ({ port } = await listen(away.server, "127.0.0.1", 0));
  try {
    const { status, headers, body } = await ask("/v1/transactions");
    expect([status, headers["retry-after"]]).toEqual([503, "1"]);
    expect(JSON.parse(body.toString())).toMatchObject({ code: "backend_unavailable" });
    expect((await ask("/")).status).toBe(200);
    expect((await ask("/healthz")).status).toBe(200);
  } finally {
    port = before;
    away.server.close();
    await away.close();
  }
});
