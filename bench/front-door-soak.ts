// Ten minutes of traffic with targets that come and go, by itself (`node bin/run.mjs node bench/front-door-soak.ts
// [minutes]`), because no test suite should take that long. It ends with 1 when a request, a socket or memory is lost.
import { fork, type ChildProcess } from "node:child_process";
import { readdirSync } from "node:fs";
import { Agent, createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import type { FromBalancer, ToBalancer } from "#entry/messages.ts";
import type { Metrics } from "#entry/metrics.ts";
import { NODE_OPTIONS } from "#entry/node-options.ts";
import { residentMiB } from "./front-door-load.ts";
import { type Spread, spread } from "./spread.ts";

const MINUTES = Number(process.argv[2] ?? 10);
const CLIENTS = 32;
/** A target serves this long, drains, is stopped and is replaced. */
const TARGET_LIFE_MS = 2_000;
/**
 * How much more memory the last third of the time may need than the second one, each at its median: the first one is
 * for warming up. The process goes up and down by some MiB with what it has not collected yet; what is lost for good
 * does not come down.
 */
const GROWTH_MIB = 8;

type Target = Extract<ToBalancer, { kind: "targets" }>["targets"][number];

const child = fork(new URL("../src/entry/main.ts", import.meta.url), { execArgv: [...NODE_OPTIONS] });
const listening = await told(
  child,
  {
    kind: "configure",
    configuration: {
      listeners: [
        {
          name: "http",
          host: "127.0.0.1",
          port: 0,
          rules: [],
          defaultAction: { kind: "forward", group: "web" },
        },
      ],
    },
  },
  "listening",
);
const { port } = listening.listeners[0]!;
const drained = new Map<string, () => void>();
child.on("message", (message: FromBalancer) => {
  if (message.kind === "drained") drained.get(message.target)?.();
});

const targets: { server: Server; described: Target }[] = [];
let asked = 0;
let wrong = 0;
const over = new AbortController();
let number = 0;

await addTarget();
await addTarget();
const clients = Array.from({ length: CLIENTS }, (_, index) => ask(index));
await delay((MINUTES * 60_000) / 3);
const filesBefore = openFiles();
const resident: number[] = [];
const sampling = setInterval(() => resident.push(residentMiB(child.pid!)), 500);
const until = performance.now() + MINUTES * 40_000;
while (performance.now() < until) {
  await addTarget();
  await delay(TARGET_LIFE_MS);
  await replaceOldest();
}
clearInterval(sampling);
over.abort();
await Promise.all(clients);
const { metrics } = await told(child, { kind: "metrics" }, "metrics");
report(metrics);
for (const { server } of targets) server.close().closeAllConnections();
child.disconnect();

async function addTarget(): Promise<void> {
  const server = createServer((incoming, response) => {
    let size = 0;
    incoming.on("data", (bytes: Buffer) => (size += bytes.length));
    incoming.on("end", () => response.end(String(size).padEnd(size % 5000, "x")));
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const { port: at } = server.address() as AddressInfo;
  targets.push({
    server,
    described: { id: `target-${number++}`, host: "127.0.0.1", port: at, state: "healthy" },
  });
  tellTargets();
}

/** As a rollout does it: drain, wait until nothing is in flight, stop. */
async function replaceOldest(): Promise<void> {
  const [oldest] = targets.splice(0, 1);
  const { promise, resolve } = Promise.withResolvers<void>();
  drained.set(oldest!.described.id, resolve);
  tellTargets();
  await promise;
  drained.delete(oldest!.described.id);
  oldest!.server.close().closeAllConnections();
}

function tellTargets(): void {
  const message: ToBalancer = {
    kind: "targets",
    group: "web",
    targets: targets.map(({ described }) => described),
  };
  child.send(message);
}

/** Asks without end, with bodies of all sizes, and now and then over a new connection. */
async function ask(index: number): Promise<void> {
  let agent = new Agent({ keepAlive: true, maxSockets: 1 });
  for (let count = index; !over.signal.aborted; count++) {
    const size = (count * 7919) % 50_000;
    const answer = await new Promise<string>((resolve) => {
      const sent = request({ port, host: "127.0.0.1", agent, method: "POST" }, (response) => {
        let text = `${response.statusCode} `;
        response.on("data", (bytes: Buffer) => (text += bytes.toString("latin1")));
        response.on("end", () => resolve(text)).on("error", (error) => resolve(error.message));
      });
      sent.on("error", (error) => resolve(error.message)).end("y".repeat(size));
    });
    asked++;
    if (!answer.startsWith(`200 ${size}`)) {
      wrong++;
      console.error(`request ${asked}: ${answer.slice(0, 80)}`);
    }
    if (count % 500 === 0) {
      agent.destroy();
      agent = new Agent({ keepAlive: true, maxSockets: 1 });
    }
  }
  agent.destroy();
}

function report(metrics: Metrics): void {
  const active = metrics.groups.reduce((sum, group) => sum + group.active, 0);
  const files = openFiles();
  const half = Math.floor(resident.length / 2);
  const [second, last] = [spread(resident.slice(0, half)), spread(resident.slice(half))];
  const problems = [
    wrong > 0 ? `${wrong} requests had no right answer` : "",
    active > 0 ? `${active} requests are still counted as in flight` : "",
    metrics.requests !== asked ? `${metrics.requests} requests were counted where ${asked} were asked` : "",
    files > filesBefore ? `${files - filesBefore} files more are open` : "",
    last.median > second.median + GROWTH_MIB ? "memory has grown" : "",
  ].filter((problem) => problem !== "");
  console.log(
    `${asked} requests, ${number} targets; resident in MiB (least, median, most) ${shown(second)}, then ` +
      `${shown(last)}; ${filesBefore} open files, then ${files}`,
  );
  for (const problem of problems) console.error(problem);
  process.exitCode = problems.length > 0 ? 1 : 0;
}

function shown({ min, median, max }: Spread): string {
  return [min, median, max].map(Math.round).join(" ");
}

function openFiles(): number {
  return readdirSync(`/proc/${child.pid}/fd`).length;
}

function told<K extends FromBalancer["kind"]>(
  to: ChildProcess,
  message: ToBalancer,
  kind: K,
): Promise<Extract<FromBalancer, { kind: K }>> {
  return new Promise((resolve, reject) => {
    const listen = (answer: FromBalancer): void => {
      if (answer.kind === "failed") reject(new Error(answer.message));
      if (answer.kind !== kind) return;
      to.off("message", listen);
      resolve(answer as Extract<FromBalancer, { kind: K }>);
    };
    to.on("message", listen);
    to.send(message);
  });
}
