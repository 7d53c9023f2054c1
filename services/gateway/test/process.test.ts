// The gateway as its users run it: a process of its own.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { Agent, get, type IncomingMessage } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";

import { afterAll, beforeAll, expect, test } from "vitest";

import { Backend } from "./backend.ts";
import { ask } from "./gateway.ts";
import { until } from "./until.ts";

let backend: Backend;
const children: ChildProcess[] = [];

beforeAll(async () => {
  backend = await new Backend().start();
});
afterAll(async () => {
  for (const child of children) child.kill("SIGKILL");
  await backend?.kill();
});

async function start(env: Record<string, string>) {
  const child = spawn(process.execPath, [join(import.meta.dirname, "..", "src", "main.ts")], {
    env: { PATH: process.env["PATH"], PORT: "0", ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  const ended = once(child, "exit");
  let output = "";
  child.stdout.on("data", (chunk) => void (output += String(chunk)));
  const address = () => /listening at (http:[^"]+)/.exec(output)?.[1];
  await until(() => address() !== undefined || child.exitCode !== null, 25_000);
  return { child, ended, url: address() ?? "", output: () => output };
}

test("answers what is under way when it is told to end, and asks others to come by another connection", async () => {
  const { child, ended, url } = await start({
    BACKEND_URL: backend.url,
    DRAIN_DELAY_MS: "300",
    METRICS_PORT: "0",
  });
  const answer = Promise.withResolvers<void>();
  backend.handle = (_asked, response) => void answer.promise.then(() => response.end("late"));
  const slow = ask(`${url}/v1/slow`);
  await until(() => backend.asked.length === 1);
  const agent = new Agent({ keepAlive: true });
  child.kill("SIGTERM");
  await until(async () => (await statusOf(`${url}/readyz`, agent)).statusCode === 503);
  backend.handle = (_asked, response) => response.end("well");
  expect((await statusOf(`${url}/v1/quick`, agent)).headers.connection).toBe("close");
  answer.resolve();
  expect((await slow).text).toBe("late");
  expect(await ended).toEqual([0, null]);
  agent.destroy();
});

test("says what is missing, and ends", async () => {
  const { ended, output } = await start({ JWKS_FILE: "keys.json" });
  expect(await ended).toEqual([1, null]);
  expect(output()).toContain(
    "BACKEND_URL is missing; JWKS_URL, JWKS_FILE and JWKS_SERVICE take JWT_ISSUER and JWT_AUDIENCE",
  );
});

test("goes on when a body that is sent in parts is for a backend that is away", async () => {
  const { child, url } = await start({ BACKEND_URL: "http://127.0.0.1:1", REQUEST_TIMEOUT_MS: "200" });
  const parts = { method: "POST", body: new Blob(["in parts"]).stream(), duplex: "half" } as const;
  expect((await ask(`${url}/v1/things`, parts)).code).toBe("backend_unavailable");
  // Another one runs out of its time, so the time of the first one is over as well.
  const late = connect(Number(new URL(url).port), "127.0.0.1", () =>
    late.write("POST /v1/things HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n"),
  );
  expect(String((await once(late, "data"))[0])).toMatch(/^HTTP\/1\.1 408 /);
  late.destroy();
  expect(child.exitCode).toBeNull();
  expect((await ask(`${url}/healthz`)).status).toBe(200);
});

function statusOf(url: string, agent: Agent): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    get(url, { agent }, (response) => resolve(response.resume())).on("error", reject);
  });
}
