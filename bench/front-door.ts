import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { idle, residentMiB, type Run, steady, wrk } from "./front-door-load.ts";
import { type Front, isMissing, OTHER_CPU, startAll } from "./front-door-servers.ts";
import { spread } from "./spread.ts";

const ROUNDS = Number(process.env["FRONT_DOOR_ROUNDS"] ?? 7);
const SECONDS = Number(process.env["FRONT_DOOR_SECONDS"] ?? 3);
const IDLE = 10_000;

const WORKLOADS = [
  { name: "GET, 200 bytes back", tls: false, body: 0 },
  { name: "POST, 1 KiB", tls: false, body: 1024 },
  { name: "GET over TLS", tls: true, body: 0 },
] as const;

interface Figures {
  readonly workload: string;
  readonly front: string;
  readonly perSecond: number;
  readonly p99: number;
  readonly cpu: number;
}

/**
 * The load balancer beside HAProxy and nginx: the same backend, one thread each, headers rewritten and an access log
 * written by all three, 64 connections that stay open. Short runs take turns, so that noise hits all alike; the ratios
 * are of medians in the same run.
 */
export async function frontDoor(json: boolean): Promise<void> {
  const missing = ["wrk", "haproxy", "nginx", "taskset"].filter(isMissing);
  if (missing.length > 0) {
    console.error(`front-door needs ${missing.join(", ")} (Debian: wrk, haproxy, nginx-light, util-linux).`);
    process.exitCode = 2;
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), "plumbline-front-door-"));
  const { fronts, backend, stop } = await startAll(folder);
  try {
    const figures: Figures[] = [];
    for (const workload of WORKLOADS) {
      const runs = new Map<string, Run[]>(fronts.map(({ name }) => [name, []]));
      for (let round = -1; round < ROUNDS; round++) {
        for (const { name, port, tlsPort, pid } of fronts) {
          const url = workload.tls ? `https://127.0.0.1:${tlsPort}/` : `http://127.0.0.1:${port}/`;
          const run = wrk(url, SECONDS, workload.body, folder, pid);
          if (round >= 0) runs.get(name)!.push(run);
        }
      }
      for (const [front, all] of runs) figures.push({ workload: workload.name, front, ...medians(all) });
      print(figures.slice(-fronts.length));
    }
    const added = await addedLatency(fronts, backend);
    const { port, pid } = fronts[0]!;
    const sockets = await idle(port, IDLE);
    const connected = residentMiB(pid);
    const { perSecond } = wrk(`http://127.0.0.1:${port}/`, 30, 0, folder, pid);
    const resident = { connected, afterRequests: residentMiB(pid) };
    console.log(
      `resident with ${IDLE} idle connections  ${Math.round(connected)} MiB, after ${Math.round(perSecond * 30)} requests more ${Math.round(resident.afterRequests)} MiB`,
    );
    for (const socket of sockets) socket.destroy();
    if (json) console.log(JSON.stringify({ schemaVersion: 1, figures, added, resident }));
  } finally {
    stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Added {
  readonly front: string;
  readonly p50: number;
  readonly p99: number;
}

/** What each front adds to the backend's own latency at 1,000 requests a second, in milliseconds. */
async function addedLatency(fronts: readonly Front[], backend: number): Promise<readonly Added[]> {
  // This process is the generator now, and must not take the processor of the one that is measured.
  spawnSync("taskset", ["-acp", OTHER_CPU, String(process.pid)]);
  const rounds = Array.from({ length: ROUNDS }, () => new Map<string, Added>());
  for (const round of rounds) {
    const direct = await steady(backend, 1000, SECONDS);
    for (const { name: front, port } of fronts) {
      const through = await steady(port, 1000, SECONDS);
      const over = (share: number): number => at(through, share) - at(direct, share);
      round.set(front, { front, p50: over(0.5), p99: over(0.99) });
    }
  }
  return fronts.map(({ name: front }) => {
    const median = (of: (added: Added) => number): number =>
      spread(rounds.map((round) => of(round.get(front)!))).median;
    const added = { front, p50: median(({ p50 }) => p50), p99: median(({ p99 }) => p99) };
    console.log(
      `added at 1000/s       ${front.padEnd(12)}p50 ${added.p50.toFixed(2)} ms   p99 ${added.p99.toFixed(2)} ms`,
    );
    return added;
  });
}

function at(sorted: readonly number[], share: number): number {
  return sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
}

function medians(runs: readonly Run[]): Run {
  const median = (of: (run: Run) => number): number => spread(runs.map(of)).median;
  return {
    perSecond: median((run) => run.perSecond),
    p99: median((run) => run.p99),
    cpu: median((run) => run.cpu),
  };
}

function print(figures: readonly Figures[]): void {
  const [ours] = figures;
  for (const { workload, front, perSecond, p99, cpu } of figures) {
    const ratio =
      front === ours!.front
        ? ""
        : `   ours x${(ours!.perSecond / perSecond).toFixed(2)}, p99 x${(ours!.p99 / p99).toFixed(2)}`;
    console.log(
      `${workload.padEnd(22)}${front.padEnd(12)}${Math.round(perSecond)}/s   p99 ${p99.toFixed(2)} ms   ${cpu.toFixed(1)} us/request${ratio}`,
    );
  }
}
