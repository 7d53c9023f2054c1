import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { Agent, get } from "node:http";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { OTHER_CPU } from "./front-door-servers.ts";

export interface Run {
  readonly perSecond: number;
  /** In milliseconds. */
  readonly p99: number;
  /** Of processor time of the front, for each request, in microseconds. */
  readonly cpu: number;
}

const TICKS = 100;

/** One run of wrk, with 64 connections that stay open. */
export function wrk(url: string, seconds: number, body: number, folder: string, pid: number): Run {
  const script = join(folder, `body-${body}.lua`);
  writeFileSync(script, body === 0 ? "" : `wrk.method = "POST"\nwrk.body = string.rep("x", ${body})\n`);
  const args = ["-c", OTHER_CPU, "wrk", "-t1", "-c64", `-d${seconds}s`, "--latency", "-s", script, url];
  const before = cpuSeconds(pid);
  const { stdout } = spawnSync("taskset", args, { encoding: "utf8" });
  const spent = cpuSeconds(pid) - before;
  const requests = Number(/(\d+) requests in/.exec(stdout)?.[1]);
  const failed = /Non-2xx|Socket errors/.exec(stdout);
  if (failed) throw new Error(`${url} did not answer all: ${stdout}`);
  const p99 = /99%\s+([\d.]+)(us|ms|s)/.exec(stdout);
  const unit = { us: 0.001, ms: 1, s: 1000 }[p99?.[2] ?? "ms"] ?? 1;
  return {
    perSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]),
    p99: Number(p99?.[1]) * unit,
    cpu: (spent / requests) * 1e6,
  };
}

/** Of all threads of a process, in seconds. */
function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "latin1").split(") ")[1]!.split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

export function residentMiB(pid: number): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;
}

/** Opens connections that say nothing. */
export async function idle(port: number, count: number): Promise<Socket[]> {
  const sockets: Socket[] = [];
  for (let opened = 0; opened < count; opened += 200) {
    await Promise.all(
      Array.from({ length: Math.min(200, count - opened) }, (_, index) => {
        // One address has no more than some 28,000 ports for its clients.
        const localAddress = `127.0.0.${2 + ((opened + index) % 4)}`;
        return new Promise<void>((resolve, reject) => {
          const socket = connect({ port, host: "127.0.0.1", localAddress }, resolve).on("error", reject);
          sockets.push(socket);
        });
      }),
    );
  }
  return sockets;
}

/** Asks at a steady rate whatever the answers do. @returns the times of answers in milliseconds, in order. */
export async function steady(port: number, perSecond: number, seconds: number): Promise<number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 64, scheduling: "lifo" });
  const times: number[] = [];
  const began = performance.now();
  const total = perSecond * seconds;
  let asked = 0;
  await new Promise<void>((resolve, reject) => {
    const ask = (): void => {
      const sentAt = performance.now();
      get({ port, host: "127.0.0.1", agent }, (response) => {
        response.resume().on("end", () => {
          times.push(performance.now() - sentAt);
          if (times.length === total) resolve();
        });
      }).on("error", reject);
    };
    const timer = setInterval(() => {
      const due = Math.min(total, Math.floor(((performance.now() - began) / 1000) * perSecond));
      while (asked < due) {
        asked++;
        ask();
      }
      if (asked === total) clearInterval(timer);
    }, 1);
  });
  agent.destroy();
  return times.sort((a, b) => a - b);
}
