// A real Redis for a test file, from the redis-server on PATH or in PLUMBLINE_REDIS.
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { type AddressInfo, connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

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

export class TestRedis {
  readonly #port: number;
  #child: ChildProcess | undefined;

  private constructor(port: number) {
    this.#port = port;
    process.on("exit", () => this.#child?.kill("SIGKILL"));
  }

  static async start(): Promise<TestRedis> {
    const redis = new TestRedis(await freePort());
    await redis.start();
    return redis;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.#port}`;
  }

  /** Also after `kill`: on the same port, empty. */
  async start(): Promise<void> {
    const options = { port: this.#port, bind: "127.0.0.1", save: "", appendonly: "no", dir: tmpdir() };
    const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
    this.#child = spawn(program as string, args, { stdio: "ignore" });
    await until(() => this.#answers());
  }

  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    this.#child = undefined;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await ended;
  }

  /** It stands still: connections stay open and nobody answers. */
  freeze(): void {
    this.#child?.kill("SIGSTOP");
  }

  thaw(): void {
    this.#child?.kill("SIGCONT");
  }

  #answers(): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = connect(this.#port, "127.0.0.1", () => socket.write("PING\r\n"));
      const end = (answered: boolean) => {
        socket.destroy();
        resolve(answered);
      };
      socket.once("data", () => end(true)).once("error", () => end(false));
    });
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
