import { type ChildProcess, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { findRedis } from "#stores/redis/find.ts";
import { storeAccount } from "#stores/account.ts";
import { freePort } from "#stores/testing.ts";
import type { LoadResult } from "#load/generator.ts";
import { cpuOf, machineBusy } from "./decisions/processes.ts";
import type { GatewayLoad } from "./gateway/generator.ts";
import { type Spread, spread } from "./spread.ts";

const RATE = 1000;
const SECONDS = 5;
const ROUNDS = 3;
/**
 * Before each measurement, of the same: a process that has rested collects its old space when it begins again, once, for
 * 10 to 30 ms.
 */
const LEAD_IN = 2;
/** Until code is compiled: the first seconds of each process are several times as slow as those after. */
const WARM_UP = 6;
const KEYS = 20;
/** So that nobody is refused. */
const NO_LIMIT = "1000000";

/**
 * The gateway as it is used, with limits of its own, where the difference is what a script in Redis costs, and a
 * yardstick.
 */
const GATEWAY = new URL("../services/gateway/src/main.ts", import.meta.url);
const PLAIN = new URL("gateway/plain.ts", import.meta.url);
const FRONTS: Readonly<Record<string, { readonly script: URL; readonly shares: boolean }>> = {
  "the gateway": { script: GATEWAY, shares: true },
  "the gateway without Redis": { script: GATEWAY, shares: false },
  "a proxy that only passes on": { script: PLAIN, shares: false },
};

interface Front {
  readonly name: string;
  readonly port: number;
  readonly pid: number;
}

interface Sample {
  readonly p50: number;
  readonly p99: number;
  /** Of processor time for each request, in microseconds. */
  readonly cpu: number;
}

/**
 * What the gateway adds to asking its backend directly, at 1,000 requests a second: a POST with an API key, counted in
 * Redis by address and by key. Short runs take turns with the direct way, so that noise hits both alike; the figures are
 * medians of the differences within each pair.
 */
export async function gateway(json: boolean): Promise<void> {
  const children: ChildProcess[] = [];
  try {
    const { direct, fronts } = await start(children);
    const generator = fork(new URL("gateway/generator.ts", import.meta.url));
    children.push(generator);
    const run = async (port: number, seconds: number): Promise<LoadResult> => {
      generator.send({ port, rate: RATE, seconds, keys: KEYS } satisfies GatewayLoad);
      const [result] = (await once(generator, "message")) as [LoadResult];
      if (result.failed > 0) throw new Error(`${port}: ${JSON.stringify(result.answered)}`);
      return result;
    };
    for (const port of [direct, ...fronts.map(({ port }) => port)]) await run(port, WARM_UP);

    const samples = new Map<string, Sample[]>(fronts.map(({ name }) => [name, []]));
    const plain: LoadResult[] = [];
    const busy: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      for (const { name, port, pid } of fronts) {
        await run(direct, LEAD_IN);
        const without = await run(direct, SECONDS);
        await run(port, LEAD_IN);
        const [before, machine] = [cpuOf({ pid: [pid] })["pid"]!, machineBusy().busy];
        const through = await run(port, SECONDS);
        const spent = cpuOf({ pid: [pid] })["pid"]! - before;
        busy.push((machineBusy().busy - machine) / SECONDS / availableParallelism());
        plain.push(without);
        samples.get(name)!.push({
          p50: through.latency.p50 - without.latency.p50,
          p99: through.latency.p99 - without.latency.p99,
          cpu: (spent / through.succeeded) * 1e6,
        });
      }
    }
    report(json, samples, plain, busy);
  } finally {
    for (const child of children) child.kill("SIGKILL");
  }
}

function report(
  json: boolean,
  samples: ReadonlyMap<string, readonly Sample[]>,
  plain: readonly LoadResult[],
  busy: readonly number[],
): void {
  const figures = [...samples].map(([name, all]) => ({
    gateway: name,
    addedP50: spread(all.map(({ p50 }) => p50)),
    addedP99: spread(all.map(({ p99 }) => p99)),
    cpu: spread(all.map(({ cpu }) => cpu)).median,
  }));
  const direct = {
    p50: spread(plain.map(({ latency }) => latency.p50)),
    p99: spread(plain.map(({ latency }) => latency.p99)),
  };
  if (json) {
    console.log(JSON.stringify({ schemaVersion: 1, rate: RATE, rounds: ROUNDS, figures, direct }));
    return;
  }
  console.log(
    `gateway: ${RATE} requests/s, ${ROUNDS} pairs of ${SECONDS} s, medians of differences, each after ${LEAD_IN} s of the same`,
  );
  console.log(`  backend alone                    p50 ${ms(direct.p50)}   p99 ${ms(direct.p99)}`);
  for (const { gateway: name, addedP50, addedP99, cpu } of figures) {
    console.log(
      `  ${name.padEnd(31)}  p50 +${ms(addedP50)}   p99 +${ms(addedP99)}   ${Math.round(cpu)} us/request`,
    );
  }
  console.log(`  machine busy: ${Math.round(100 * spread(busy).median)} %`);
}

function ms({ min, median, max }: Spread): string {
  return `${median.toFixed(2)} ms (${min.toFixed(2)} to ${max.toFixed(2)})`;
}

async function start(children: ChildProcess[]): Promise<{ direct: number; fronts: readonly Front[] }> {
  const [direct, redis] = [await freePort(), await freePort()];
  const { directory, env } = findRedis("7", storeAccount());
  const options = ["--port", String(redis), "--save", "", "--dir", tmpdir()];
  children.push(
    spawn(join(directory, "redis-server"), options, { stdio: "ignore", env: { ...process.env, ...env } }),
  );
  children.push(launch(new URL("gateway/backend.ts", import.meta.url), { PORT: String(direct) }));
  await Promise.all([untilOpen(redis), untilOpen(direct)]);
  const fronts: Front[] = [];
  for (const [name, { script, shares }] of Object.entries(FRONTS)) {
    const port = await freePort();
    const child = launch(script, {
      PORT: String(port),
      BACKEND_URL: `http://127.0.0.1:${direct}`,
      AUTHENTICATION: "required",
      ADDRESS_LIMIT: NO_LIMIT,
      KEY_LIMIT: NO_LIMIT,
      LIMIT_WINDOW_MS: "10000",
      ...(shares ? { CACHE_URL: `redis://127.0.0.1:${redis}` } : {}),
    });
    children.push(child);
    fronts.push({ name, port, pid: child.pid! });
    await untilOpen(port);
  }
  return { direct, fronts };
}

function launch(script: URL, env: Record<string, string>): ChildProcess {
  return spawn(process.execPath, [script.pathname], {
    env: { PATH: process.env["PATH"], LOG_LEVEL: "error", ...env },
    stdio: ["ignore", "ignore", "inherit"],
  });
}

async function untilOpen(port: number): Promise<void> {
  const end = performance.now() + 20_000;
  const opens = () =>
    new Promise<boolean>((resolve) => {
      const socket = connect(port, "127.0.0.1", () => resolve(true)).on("error", () => resolve(false));
      socket.on("connect", () => socket.destroy());
    });
  while (!(await opens())) {
    if (performance.now() > end) throw new Error(`Nothing listens on ${port}.`);
    await delay(20);
  }
}
