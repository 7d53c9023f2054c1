import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { makeOwned, storeAccount } from "#stores/account.ts";
import { findPostgresql } from "#stores/postgresql/find.ts";
import { initialise } from "#stores/postgresql/initialise.ts";
import { twinSettings } from "#stores/postgresql/settings.ts";
import { start } from "#stores/postgresql/start.ts";
import { packageRoot } from "#twin/package-root.ts";
import type { TwinStatus } from "#twin/status.ts";
import { spread, type Spread } from "./spread.ts";

const RUNS = 5;
const REQUESTS = 5_000;
const SETTLE_MS = 30_000;

/**
 * Times the whole command, `up --detach`, which returns when every replica is healthy and the standby is in sync. The
 * yardstick is one bare PostgreSQL: initialised and started once, with nothing around it.
 */
export async function up(json: boolean): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "plumbline-bench-"));
  spawnSync("chmod", ["755", folder]);
  try {
    const yardstick: number[] = [];
    const cold: Record<string, number[]> = { production: [], development: [] };
    const warm: Record<string, number[]> = { production: [], development: [] };
    for (let run = 0; run < RUNS; run++) {
      yardstick.push(await timeBarePostgresql(join(folder, `bare-${run}`)));
      for (const environment of ["production", "development"]) {
        const state = join(folder, `${environment}-${run}`);
        cold[environment]?.push(timeUp(environment, state).ms);
        plumbline(["down"], state);
        warm[environment]?.push(timeUp(environment, state).ms);
        plumbline(["down", "--purge"], state);
      }
    }
    const memory = await measureMemory(join(folder, "memory"));
    report(json, { yardstick: spread(yardstick), cold: spreads(cold), warm: spreads(warm), memory });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Figures {
  readonly yardstick: Spread;
  readonly cold: Readonly<Record<string, Spread>>;
  readonly warm: Readonly<Record<string, Spread>>;
  readonly memory: Readonly<Record<string, number>>;
}

function report(json: boolean, { yardstick, cold, warm, memory }: Figures): void {
  const row = (what: string, { min, median, max }: Spread) =>
    `${what.padEnd(28)}${[min, median, max].map((ms) => String(Math.round(ms)).padStart(8)).join("")}${(median / yardstick.median).toFixed(1).padStart(8)}`;
  console.log(`${"ms, of ".concat(String(RUNS), " runs").padEnd(28)}     min  median     max   ratio`);
  console.log(row("one bare PostgreSQL", yardstick));
  for (const [environment, figures] of Object.entries(cold))
    console.log(row(`up, cold, ${environment}`, figures));
  for (const [environment, figures] of Object.entries(warm))
    console.log(row(`up, warm, ${environment}`, figures));
  for (const [when, mebibytes] of Object.entries(memory))
    console.log(`supervisor ${when.padEnd(36)}${mebibytes} MiB`);
  if (json) console.log(JSON.stringify({ schemaVersion: 1, yardstick, cold, warm, supervisorMiB: memory }));
}

function timeUp(environment: string, state: string): { ms: number; status: TwinStatus } {
  const began = performance.now();
  const output = plumbline(["up", "fargate", "--environment", environment, "--detach", "--json"], state);
  return {
    ms: performance.now() - began,
    status: JSON.parse(output.trimEnd().split("\n").at(-1) ?? "") as TwinStatus,
  };
}

async function measureMemory(state: string): Promise<Record<string, number>> {
  const { status } = timeUp("production", state);
  const memory: Record<string, number> = { "when everything runs": residentMiB(status.supervisor.pid) };
  await delay(SETTLE_MS);
  memory[`${SETTLE_MS / 1000} s later`] = residentMiB(status.supervisor.pid);
  for (let request = 0; request < REQUESTS; request++)
    await (await fetch(`${status.endpoint}/healthz`)).body?.cancel();
  memory[`after ${REQUESTS} requests`] = residentMiB(status.supervisor.pid);
  plumbline(["down", "--purge"], state);
  return memory;
}

async function timeBarePostgresql(directory: string): Promise<number> {
  const account = storeAccount();
  const programs = await findPostgresql(15, account);
  const began = performance.now();
  makeOwned(directory, account);
  const data = join(directory, "data");
  await initialise({ programs, account, directory: data, password: "bench" });
  const server = await start({
    programs,
    account,
    directory: data,
    host: "127.0.0.1",
    port: 54_329,
    settings: twinSettings({ sharedBuffersBytes: 128 * 2 ** 20, maxConnections: 100 }),
    log: join(directory, "log"),
  });
  const ms = performance.now() - began;
  await server.stop("fast", 10_000);
  return ms;
}

/** Runs the command line as a user does, with the state in a folder of the bench's own. */
function plumbline(args: readonly string[], state: string): string {
  const { status, stdout, stderr } = spawnSync("node", ["bin/plumbline.mjs", ...args], {
    cwd: packageRoot,
    env: { ...process.env, PLUMBLINE_STATE: state },
    encoding: "utf8",
  });
  if (status === 0) return stdout;
  throw new Error(`plumbline ${args.join(" ")} ended with ${status}: ${stderr}`);
}

/** Linux only: elsewhere the figure is 0. */
function residentMiB(pid: number): number {
  try {
    const resident = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return Math.round(Number(resident) / 1024);
  } catch {
    return 0;
  }
}

function spreads(samples: Readonly<Record<string, readonly number[]>>): Record<string, Spread> {
  return Object.fromEntries(Object.entries(samples).map(([name, values]) => [name, spread(values)]));
}
