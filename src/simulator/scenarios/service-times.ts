import { exampleRequest } from "#model/example-request.ts";
import type { ResolvedArchitecture, ResolvedService } from "#model/architecture.ts";
import { Times } from "../requests/times.ts";
import type { Balancing, Stage } from "../requests/traffic.ts";
import type { ServiceTime, ServiceTimes } from "./result.ts";

export type Web = Extract<ResolvedService, { kind: "web" }>;

/**
 * What a request costs where no twin was measured: a decision of the reference service at a thousand a second, which is
 * dearer than one at many thousands (docs/concepts/cost-of-a-decision.md). Its processor time is that of a replica; it
 * waits for a write to two disks.
 */
export const ASSUMED_SERVICE_TIME: ServiceTime = {
  cpuMs: 0.54,
  cpuVariation: 1,
  waitMs: 8,
  waitVariation: 0.5,
  memory: null,
};

/** What was seen of a service on a twin, at a load that leaves no queue. */
export interface SeenService {
  /** Processor time of all its replicas over the requests that they had, in milliseconds. */
  readonly cpuMs: number;
  /** Of the answers, in milliseconds. */
  readonly p50: number;
  readonly p95: number;
  /** What a replica holds, in bytes; null where nobody looked. */
  readonly memory: number | null;
  /** From the start of a replica until it listens; absent where nobody looked. */
  readonly startMs?: number;
}

/** The 95th percentile of the standard normal distribution. */
const Z95 = 1.644_853_626_951_473;

/** @param vCpus what a replica has. What is not processor time is waiting, and spread as the answers are. */
export function serviceTimeFrom(seen: SeenService, vCpus: number): ServiceTime {
  const { cpuMs, p50, p95, memory, startMs } = seen;
  const sigma = Math.log(Math.max(1, p95 / p50)) / Z95;
  const variation = Math.sqrt(Math.exp(sigma ** 2) - 1);
  const average = p50 * Math.sqrt(1 + variation ** 2);
  const waitMs = Math.max(0, average - cpuMs / Math.min(1, vCpus));
  return {
    cpuMs,
    cpuVariation: 1,
    waitMs,
    waitVariation: variation,
    memory,
    ...(startMs === undefined ? {} : { startMs }),
  };
}

/** What a service that only passes requests on waits besides the next service: the network. */
const PASSING_WAIT_MS = 1;

/** The services that a request passes through, the first behind the load balancer: that of the example, and what it uses. */
export function pathOf(architecture: ResolvedArchitecture): string[] {
  const routed = architecture.entry.loadBalancer.routes.flatMap(({ to }) =>
    typeof to === "string" ? [to] : [],
  );
  const example = exampleRequest(architecture)?.service;
  const first = example !== undefined && routed.includes(example) ? example : routed[0];
  const path: string[] = [];
  for (let next = first; next !== undefined && !path.includes(next);) {
    path.push(next);
    next = architecture.services[next]?.uses.find((name) => architecture.services[name]?.kind === "web");
  }
  return path;
}

export function serviceTimeOf(
  architecture: ResolvedArchitecture,
  service: string,
  measured: ServiceTimes,
): ServiceTime {
  const found = measured[service];
  if (found) return found;
  const usesStore = architecture.services[service]?.uses.some((name) => name in architecture.stores) ?? false;
  const isLast = !architecture.services[service]?.uses.some(
    (name) => architecture.services[name]?.kind === "web",
  );
  return usesStore && isLast ? ASSUMED_SERVICE_TIME : { ...ASSUMED_SERVICE_TIME, waitMs: PASSING_WAIT_MS };
}

/** Services behind services: kube-proxy picks at random, and a mesh or a load balancer of its own by what is outstanding. */
function balancingOf({ entry, compute }: ResolvedArchitecture, index: number): Balancing {
  if (index === 0) return entry.loadBalancer.algorithm;
  return compute.kind === "eks" && compute.mesh === undefined ? "random" : "least-outstanding-requests";
}

export function stagesOf(architecture: ResolvedArchitecture, measured: ServiceTimes): Stage[] {
  return pathOf(architecture).map((service, index) => {
    const time = serviceTimeOf(architecture, service, measured);
    return {
      service,
      cpu: new Times(time.cpuMs, time.cpuVariation),
      wait: new Times(time.waitMs, time.waitVariation),
      balancing: balancingOf(architecture, index),
    };
  });
}

/** Requests a second where neither a claim nor the bill says how many: 10,000 a minute. */
export const USUAL_RATE = 10_000 / 60;

/** Requests a second, where nobody says: what the architecture promises, or else what its bill counts on. */
export function promisedRate({ objectives, billing }: ResolvedArchitecture): number | null {
  for (const objective of objectives)
    if (objective.kind === "throughput" && objective.of === "requests") return objective.atLeast;
  return billing.usage.requests ?? null;
}
