import cluster from "node:cluster";

import { AggregatorRegistry, type Registry } from "prom-client";

const SIGN_EVERY = 1000;

/** Whether this process is one of several that share a port. */
export const isWorker = cluster.isWorker;

/** Tells the primary every second that this process is not stuck. */
export function showLife(): void {
  setInterval(() => process.send?.({ type: "alive" }, () => {}), SIGN_EVERY).unref();
}

/** Lets the primary, which has the port of /metrics, read this worker's. */
export function lendMetrics(registry: Registry): void {
  AggregatorRegistry.setRegistries(registry);
  // Its construction has the worker listen to the primary's questions.
  void new AggregatorRegistry();
}
