import type { FastifyInstance } from "fastify";

import type { Counter, Histogram, Instruments } from "./instruments.ts";

/** Seconds; an answer takes milliseconds, and five seconds where the store is away. */
export const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** What is counted of one route. */
interface Meter {
  /** By the first digit of the status. */
  readonly classes: readonly Counter[];
  readonly duration: Histogram;
}

declare module "fastify" {
  interface FastifyContextConfig {
    meter?: Meter;
  }
}

/** Counts and times the requests of each route that is added from now on: rate, errors, duration. */
export function meterRequests(server: FastifyInstance, { counter, histogram }: Instruments): void {
  const requests = counter<"method" | "route" | "status">(
    "http_requests_total",
    "Requests that were answered, by the class of the status.",
  );
  const durations = histogram<"method" | "route">(
    "http_request_duration_seconds",
    "From the head of a request to the end of its answer.",
    SECONDS,
  );
  const meterOf = (method: string, route: string): Meter => ({
    classes: ["0", "1", "2", "3", "4", "5"].map((digit) => requests({ method, route, status: `${digit}xx` })),
    duration: durations({ method, route }),
  });
  // What has no route, and methods that a resource does not have, are one series each: callers choose their names.
  const unknown = meterOf("any", "none");

  server.addHook("onRoute", (route) => {
    if (route.schema?.hide === true && Array.isArray(route.method)) return;
    const method = String(route.method);
    const { meter = meterOf(method, route.url) } = route.config ?? {};
    route.config = { ...route.config, meter } as NonNullable<typeof route.config>;
  });
  server.addHook("onResponse", (request, reply, done) => {
    const { meter = unknown } = request.routeOptions.config;
    meter.classes[Math.floor(reply.statusCode / 100)]?.inc();
    meter.duration.observe(reply.elapsedTime / 1000);
    done();
  });
}
