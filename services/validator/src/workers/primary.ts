// The process that opens the port for its workers, which do everything else. https://nodejs.org/api/cluster.html
import cluster, { type Worker } from "node:cluster";

import { AggregatorRegistry } from "prom-client";

import { readConfigOrExit } from "../configure.ts";
import { serveMetrics } from "../observability/server.ts";
import { type CrewAction, type CrewEvent, type CrewSettings, startCrew, stepCrew } from "./crew.ts";
import { workerEnvironment } from "./shares.ts";

const TICK = 500;
/** Workers keep the deadline themselves; one that cannot is ended so much later. */
const BEYOND_DEADLINE = 2000;

const config = readConfigOrExit();
const settings: CrewSettings = {
  workers: config.workers,
  silenceMs: config.workerSilence,
  startMs: 60_000,
  backoffMs: 500,
  longestBackoffMs: 30_000,
  provenMs: 10_000,
};

const running = new Map<number, Worker>();
const { crew: fresh, actions: first } = startCrew(settings, performance.now());
let crew = fresh;

function say(level: number, msg: string, fields: object = {}): void {
  const { zone } = config;
  process.stdout.write(
    `${JSON.stringify({ level, time: Date.now(), zone, pid: process.pid, ...fields, msg })}\n`,
  );
}

function feed(event: CrewEvent): void {
  const step = stepCrew(crew, event, performance.now());
  crew = step.crew;
  step.actions.forEach(perform);
}

function perform(action: CrewAction): void {
  switch (action.kind) {
    case "fork":
      return fork(action.number);
    case "terminate":
      return void running.get(action.number)?.process.kill("SIGTERM");
    case "kill":
      say(50, "a worker is silent and is ended by force", { worker: action.number });
      return void running.get(action.number)?.process.kill("SIGKILL");
    case "over":
      if (!action.well) say(60, "no worker has come up");
      end(action.well ? 0 : 1);
  }
}

function fork(number: number): void {
  const { workers } = config;
  const worker = cluster.fork(workerEnvironment(number, workers, config, process.env["REPLICA"]));
  running.set(number, worker);
  worker.on("listening", () => feed({ kind: "listening", number }));
  worker.on("message", () => feed({ kind: "heard", number }));
  // It could not be told, or not be started; its end is what counts.
  worker.on("error", () => {});
  worker.once("exit", (code, signal) => {
    running.delete(number);
    if (!crew.stopping) say(50, "a worker has ended", { worker: number, code, signal });
    feed({ kind: "ended", number });
  });
}

function end(code: number): void {
  for (const worker of running.values()) worker.process.kill("SIGKILL");
  process.exit(code);
}

function stop(signal: NodeJS.Signals): void {
  if (crew.stopping) return;
  say(30, "shutting down", { signal });
  setTimeout(() => {
    say(50, "workers outlived the deadline", { deadline: config.shutdownDeadline });
    end(1);
  }, config.shutdownDeadline + BEYOND_DEADLINE).unref();
  feed({ kind: "stop" });
}

// Whoever read the log may be gone: that is no reason to end.
process.stdout.on("error", () => {});
// Workers take connections from one queue, as Gunicorn's do. Node's own round robin is more even, but what it has handed
// to a worker that dies just then is lost: it stays open, and nobody ever answers it.
cluster.schedulingPolicy = cluster.SCHED_NONE;
cluster.setupPrimary({ exec: new URL("../serve.ts", import.meta.url).pathname });
process.on("SIGTERM", stop);
process.on("SIGINT", stop);
first.forEach(perform);
setInterval(() => feed({ kind: "tick" }), TICK);

const { host } = config;
const { metricsPort } = config.observability;
if (metricsPort !== undefined) {
  // The workers' metrics as one: those of a single process would be another's at each scrape.
  const aggregator = new AggregatorRegistry();
  const { contentType } = aggregator;
  const metrics = { contentType, metrics: () => aggregator.clusterMetrics() };
  await serveMetrics(metrics, { host, port: metricsPort }).then(
    (server) => say(30, "metrics can be read", server.address() as object),
    (error: Error) => {
      say(60, `${host}:${metricsPort} could not be opened: ${error.message}`);
      end(1);
    },
  );
}
