// What the windows in Redis cost for each transaction, at 10,000 a second: CPU of Redis and of the service's side.
import { Redis } from "ioredis";
import { hash } from "node:crypto";
import { spawn } from "node:child_process";
import { createServer, type AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

import { openRedis } from "../services/validator/src/cache/redis.ts";
import { defineAggregate } from "../services/validator/src/rules/language/windows.ts";
import type { AggregateDefinition, Observation } from "../services/validator/src/velocity/aggregate.ts";
import { createRedisVelocity } from "../services/validator/src/velocity/redis.ts";

const HOUR = 3_600_000;
const aggregate = (
  name: AggregateDefinition["function"],
  hours: number,
  key: string,
  of: string | null = null,
): AggregateDefinition => defineAggregate({ function: name, window: hours * HOUR, key, of });

/** What a rule set asks for as a rule: none of them can share its entries with another one. */
const DEFINITIONS = [
  aggregate("count", 1, "debtor.account"),
  aggregate("sum", 24, "debtor.account"),
  aggregate("countDistinct", 24, "debtor.account", "creditor.account"),
  aggregate("maximum", 168, "debtor.account"),
  aggregate("count", 1, "ip"),
];
const RATE = 10_000;
const SECONDS = 4;
/** Requests arrive one by one; those of a millisecond reach the service in about one turn of its event loop. */
const TICK = 1;

interface Scenario {
  readonly says: string;
  readonly accounts: number;
}

const SCENARIOS: readonly Scenario[] = [
  { says: "50,000 accounts", accounts: 50_000 },
  { says: "10 accounts, busy ones", accounts: 10 },
];

export async function velocity(json: boolean): Promise<void> {
  const results: Record<string, number | string>[] = [];
  for (const scenario of SCENARIOS) results.push(await measure(scenario));
  console.table(results);
  if (json)
    console.log(JSON.stringify({ bench: "velocity", rate: RATE, aggregates: DEFINITIONS.length, results }));
}

async function measure({ says, accounts }: Scenario): Promise<Record<string, number | string>> {
  const port = await freePort();
  const server = spawn("redis-server", ["--port", `${port}`, "--save", "", "--bind", "127.0.0.1"], {
    stdio: "ignore",
  });
  const cache = openRedis({
    url: `redis://127.0.0.1:${port}`,
    timeout: 1000,
    name: "bench",
    log: { info: () => {}, warn: () => {} },
  });
  const client = new Redis(port, { retryStrategy: () => 20 });
  client.on("error", () => {});
  try {
    while (cache.state.status === "away") await delay(10);
    const windows = createRedisVelocity({ cache, owner: "bench", claimTtl: 5000, timeout: 1000 });
    windows.define(DEFINITIONS);

    const yardstick = await readInScript(client);
    const began = performance.now();
    const [redisBefore, nodeBefore] = [await redisCpu(client), process.cpuUsage()];
    const latencies: number[] = [];
    let sent = 0;
    let observed = 0;
    const pending: Promise<void>[] = [];
    while (sent < RATE * SECONDS) {
      const due = Math.min(((performance.now() - began) / 1000) * RATE, RATE * SECONDS);
      for (; sent < due; sent++) {
        const at = performance.now();
        pending.push(
          windows.observe(observation(sent, accounts), false).then((seen) => {
            latencies.push(performance.now() - at);
            if (seen.observed) observed++;
          }),
        );
      }
      await delay(TICK);
    }
    await Promise.all(pending);
    const elapsed = (performance.now() - began) / 1000;
    const node = process.cpuUsage(nodeBefore);
    const redis = (await redisCpu(client)) - redisBefore;
    const sorted = latencies.toSorted((a, b) => a - b);
    const memory = Number(/used_memory:(\d+)/.exec(await client.info("memory"))?.[1]);
    const us = (seconds: number) => Math.round((seconds / sent) * 1e7) / 10;
    return {
      scenario: says,
      perSecond: Math.round(observed / elapsed),
      redisUs: us(redis),
      inReads: Math.round(redis / sent / yardstick),
      nodeUs: us((node.user + node.system) / 1e6),
      p50Ms: Math.round((sorted[sorted.length >> 1] ?? 0) * 100) / 100,
      p99Ms: Math.round((sorted[Math.floor(sorted.length * 0.99)] ?? 0) * 100) / 100,
      bytes: Math.round(memory / sent),
    };
  } finally {
    client.disconnect();
    cache.close();
    server.kill("SIGKILL");
  }
}

function observation(index: number, accounts: number): Observation {
  const pick = (factor: number) => Math.imul(index + 1, factor) >>> 0;
  const fields: Record<string, string> = {
    "debtor.account": `DE${String(pick(2_654_435_761) % accounts).padStart(20, "0")}`,
    "creditor.account": `FR${String(pick(2_246_822_519) % accounts).padStart(20, "0")}`,
    ip: `192.0.${pick(3_266_489_917) % 250}.${pick(668_265_263) % 250}`,
  };
  return {
    member: hash("sha256", String(index), "base64url").slice(0, 22),
    at: Date.now(),
    amount: BigInt((pick(374_761_393) % 1_000_000) + 1),
    currency: "EUR",
    field: (path) => fields[path],
  };
}

/** The yardstick: seconds of CPU that a script takes to read one of 100,000 small values. */
async function readInScript(client: Redis): Promise<number> {
  const times = 100_000;
  await client.eval(`for i = 1, ${times} do redis.call('SET', 'y' .. i, i) end`, 0);
  const before = await redisCpu(client);
  await client.eval(`for i = 1, ${times} do redis.call('GET', 'y' .. i * 7919 % ${times}) end`, 0);
  const after = await redisCpu(client);
  await client.flushall();
  return (after - before) / times;
}

/** Seconds of CPU that the server's main thread has taken. */
async function redisCpu(client: Redis): Promise<number> {
  const info = await client.info("cpu");
  const field = (name: string) => Number(new RegExp(`${name}:([\\d.]+)`).exec(info)?.[1]);
  return field("used_cpu_user_main_thread") + field("used_cpu_sys_main_thread");
}

async function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
