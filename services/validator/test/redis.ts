// A real Redis of its own for a test file, from the redis-server on PATH or in PLUMBLINE_REDIS.
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { connect, createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

import { Redis } from "ioredis";

import { until } from "./until.ts";

const folders = [process.env["PLUMBLINE_REDIS"], ...(process.env["PATH"] ?? "").split(delimiter)];
const program = folders
  .flatMap((folder) => (folder ? [join(folder, "redis-server")] : []))
  .find((file) => existsSync(file));

if (!program && (process.env["PLUMBLINE_TEST_REQUIRE"] ?? "").split(",").includes("redis")) {
  throw new Error("PLUMBLINE_TEST_REQUIRE names redis, and redis-server is not on this machine");
}
/** For `describe.skipIf(withoutRedis)`; and the end of the title, which says why. */
export const withoutRedis = program === undefined;
export const whyWithoutRedis = withoutRedis ? " (skipped: redis-server is not on this machine)" : "";

/** Whether this server was built with TLS: without, it takes `tls-port` for a mistake, and else `port`. */
export function isRedisWithTls(): boolean {
  const { stderr } = spawnSync(program as string, ["--tls-port", "0", "--port", "none"], {
    encoding: "utf8",
  });
  return !stderr.includes("tls-port");
}

export interface TestRedis {
  url: string;
  /** A client of the test's own, to look and to break things with. */
  client: Redis;
  pid(): number;
  /** Starts the server again after `kill`, on the same port, empty. */
  start(): Promise<void>;
  kill(): Promise<void>;
  /** The process stands still: connections stay open and nobody answers. */
  freeze(): void;
  thaw(): void;
  stop(): Promise<void>;
}

/** Starts a server on a free port of 127.0.0.1 that keeps nothing on disk; `more` are further options of its. */
export async function startRedis(more: readonly string[] = []): Promise<TestRedis> {
  const folder = mkdtempSync(join(tmpdir(), "validator-redis-"));
  const port = await freePort();
  const options = [
    "--port",
    String(port),
    "--bind",
    "127.0.0.1",
    "--save",
    "",
    "--appendonly",
    "no",
    ...more,
  ];
  const client = new Redis(port, "127.0.0.1", { lazyConnect: true, retryStrategy: () => 20 });
  client.on("error", () => {});
  let child: ChildProcess | undefined;
  // Whatever ends the test process, its Redis does not stay behind.
  const atExit = () => child?.kill("SIGKILL");
  process.on("exit", atExit);

  async function kill(): Promise<void> {
    const ending = child;
    if (ending === undefined) return;
    child = undefined;
    const ended = new Promise((resolve) => ending.once("exit", resolve));
    ending.kill("SIGKILL");
    await ended;
  }

  const redis: TestRedis = {
    url: `redis://127.0.0.1:${port}`,
    client,
    pid: () => child?.pid ?? 0,
    async start() {
      child = spawn(program as string, [...options, "--dir", folder], { stdio: "ignore" });
      await until(() => answers(port), 15_000);
    },
    kill,
    freeze: () => child?.kill("SIGSTOP"),
    thaw: () => child?.kill("SIGCONT"),
    async stop() {
      client.disconnect();
      await kill();
      process.off("exit", atExit);
      rmSync(folder, { recursive: true, force: true });
    },
  };
  try {
    await redis.start();
    await client.connect();
  } catch (error) {
    await redis.stop();
    throw error;
  }
  return redis;
}

async function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => socket.write("PING\r\n"));
    const end = (answered: boolean) => {
      socket.destroy();
      resolve(answered);
    };
    socket.once("data", () => end(true)).once("error", () => end(false));
  });
}

export async function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
