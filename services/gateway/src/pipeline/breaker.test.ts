import { afterEach, beforeEach, expect, test } from "vitest";

import { Backend } from "../../test/backend.ts";
import { ask, startGateway, type TestGateway } from "../../test/gateway.ts";
import { until } from "../../test/until.ts";

let backend: Backend;
let gateway: TestGateway;

beforeEach(async () => {
  backend = await new Backend().start();
  gateway = await startGateway({
    BACKEND_URL: backend.url,
    RETRIES: "0",
    BREAKER_WINDOW_MS: "1000",
    BREAKER_LEAST_PER_SECOND: "2",
    BREAKER_OPEN_MS: "300",
  });
});
afterEach(async () => {
  await gateway.stop();
  await backend.kill();
});

const state = async () =>
  (JSON.parse((await ask(`${gateway.url}/readyz`)).text) as { backends: { backend: string } }).backends
    .backend;
const get = () => ask(`${gateway.url}/v1/a`);

test("opens when most attempts fail, tries with one request, and closes when that is answered", async () => {
  await get();
  await backend.kill();
  await until(async () => {
    expect((await get()).code).toBe("backend_unavailable");
    return (await state()) === "open";
  });
  await backend.start();
  backend.asked.splice(0);
  const refused = await get();
  expect([refused.status, refused.headers.get("retry-after"), backend.asked.length]).toEqual([503, "1", 0]);
  await until(async () => (await get()).status === 200);
  expect(await state()).toBe("closed");
  expect(backend.asked.length).toBe(1);
});

test("while it tries, everybody else is told at once, and a trial that fails opens it again", async () => {
  await backend.kill();
  await until(async () => {
    await get();
    return (await state()) === "open";
  });
  await backend.start();
  const trial = Promise.withResolvers<void>();
  backend.handle = (_asked, _response, request) => void trial.promise.then(() => request.socket.destroy());
  const tried = Promise.withResolvers<number>();
  await until(async () => {
    void get().then(({ status }) => tried.resolve(status));
    return (await state()) === "half-open";
  });
  expect((await get()).status).toBe(503);
  trial.resolve();
  await tried.promise;
  await until(async () => (await state()) === "open");
  backend.handle = (_asked, response) => response.end("well");
  await until(async () => (await get()).status === 200);
});

test("answers of the backend, be they 500 or 503, leave it closed", async () => {
  backend.handle = (_asked, response) => response.writeHead(503, { "retry-after": "7" }).end("own");
  for (let asked = 0; asked < 20; asked++) {
    const { status, headers, text } = await get();
    expect([status, headers.get("retry-after"), text]).toEqual([503, "7", "own"]);
  }
  expect(await state()).toBe("closed");
});

test("an answer that may be told while the backend fails is, as long as the backend has allowed", async () => {
  backend.handle = ({ url }, response) =>
    response
      .writeHead(200, { "cache-control": url === "/v1/kept" ? "max-age=1, stale-if-error=60" : "max-age=60" })
      .end("well");
  for (const path of ["kept", "other"]) await ask(`${gateway.url}/v1/${path}`);
  backend.handle = (_asked, response) => response.writeHead(500).end("broken");
  const kept = await ask(`${gateway.url}/v1/kept`);
  expect([kept.status, kept.text]).toEqual([200, "well"]);
  expect(kept.headers.get("cache-status")).toMatch(/^gateway; hit; ttl=/);
  expect((await ask(`${gateway.url}/v1/other`)).status).toBe(500);
  await backend.kill();
  expect((await ask(`${gateway.url}/v1/kept`)).text).toBe("well");
  expect((await ask(`${gateway.url}/v1/kept`, { method: "HEAD" })).status).toBe(200);
  expect((await ask(`${gateway.url}/v1/kept`, { method: "POST" })).status).toBe(503);
  expect((await ask(`${gateway.url}/v1/other`)).code).toBe("backend_unavailable");
  await backend.start();
});
