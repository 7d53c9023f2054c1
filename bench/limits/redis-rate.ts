import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { storeAccount } from "#stores/account.ts";
import { Connection } from "#stores/redis/connection.ts";
import { findRedis } from "#stores/redis/find.ts";

const run = promisify(execFile);
const KEY = "bench:limits";
const VALUE = "x".repeat(32);
const PATIENCE_MS = 60_000;

export interface RedisLoad {
  readonly clients: number;
  /** How many commands a client sends before it waits: 1 is a client without pipelining. */
  readonly depth: number;
  readonly commands: number;
}

/** Redis's own program for this, which comes with the server as a rule; null where it does not. */
export function findRedisBenchmark(version: string): string | null {
  const program = join(findRedis(version, storeAccount()).directory, "redis-benchmark");
  return existsSync(program) ? program : null;
}

/** Commands that Redis answers in a second, half of them SET and half of them GET, asked by many clients at once. */
export async function redisRate(program: string, url: string, load: RedisLoad): Promise<number> {
  const { host, port, user, password } = accessOf(url);
  const { clients, depth, commands } = load;
  const each = String(Math.round(commands / 2));
  const args = ["-h", host, "-p", String(port), "--user", user, "-a", password, "-c", String(clients)];
  const { stdout } = await run(
    program,
    [...args, "-P", String(depth), "-n", each, "-d", String(VALUE.length), "-t", "set,get", "--csv"],
    { timeout: PATIENCE_MS },
  );
  const rates = [...stdout.matchAll(/^"(?:SET|GET)","([\d.]+)"/gm)].map(([, rate]) => Number(rate));
  if (rates.length !== 2) throw new Error(`redis-benchmark says: ${stdout}`);
  // As many of both: the time of all is the sum of their times.
  return 2 / rates.reduce((sum, rate) => sum + 1 / rate, 0);
}

/** Milliseconds that a SET or a GET takes on average, one after the other. */
export async function redisTrip(url: string, until: () => boolean): Promise<number> {
  const connection = new Connection(accessOf(url));
  let [trips, waited] = [0, 0];
  while (!until()) {
    const began = performance.now();
    if (trips % 2 === 0) await connection.ask("SET", KEY, VALUE, "EX", "600");
    else await connection.ask("GET", KEY);
    waited += performance.now() - began;
    trips += 1;
  }
  connection.close();
  return waited / trips;
}

function accessOf(url: string) {
  const { hostname, port, username, password } = new URL(url);
  return {
    host: hostname,
    port: Number(port),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
  };
}
