import { entryTarget } from "#drills/endpoints.ts";
import { limitsOf } from "#load/limits.ts";
import { runLoad } from "#load/run.ts";
import { shapeOf } from "#load/shape.ts";
import type { Target } from "#load/target.ts";
import type { ResolvedArchitecture } from "#model/architecture.ts";
import { PlumblineError } from "#model/errors.ts";
import { exampleRequest } from "#model/example-request.ts";
import type { ControlClient } from "#twin/control-api/client.ts";
import type { TwinStatus } from "#twin/status.ts";
import { digits } from "../amounts.ts";
import type { LoadSeen } from "../measured.ts";
import { promisedRate } from "../rate.ts";
import type { MeasureOptions } from "./twin.ts";

/** Long enough for a 99th percentile, short enough for a verification of some minutes. */
export const LOAD_SECONDS = 20;
/** A request that has no answer by then has failed. */
const TIMEOUT_MS = 10_000;
/** So many that no request waits for a connection as long as answers come within this time. */
const ANSWER_SECONDS = 2;
const LEAST_CONNECTIONS = 32;
const MOST_CONNECTIONS = 512;

/** What is sent, before it is. */
export interface LoadPlan {
  readonly target: Target;
  readonly rate: number;
  readonly seconds: number;
  readonly connections: number;
}

export function planLoad(target: Target, rate: number, seconds = LOAD_SECONDS): LoadPlan {
  const connections = Math.min(
    MOST_CONNECTIONS,
    Math.max(LEAST_CONNECTIONS, Math.ceil(rate * ANSWER_SECONDS)),
  );
  return { target, rate, seconds, connections };
}

/** Sends the promised rate to a twin's load balancer, and looks at what its replicas use meanwhile. */
export async function loadTwin(
  client: ControlClient,
  architecture: ResolvedArchitecture,
  { signal, say }: MeasureOptions,
): Promise<LoadSeen> {
  const status = await client.status();
  const target = entryTarget({ architecture, status });
  if (!target)
    throw new PlumblineError(
      "TWIN_NOT_LISTENING",
      `The load balancer of ${status.name} does not listen.`,
      "See `plumbline status`.",
    );
  const { perSecond, from } = promisedRate(architecture);
  say(`load: ${digits(perSecond)} requests a second for ${LOAD_SECONDS} s (${from})`);
  const service = exampleRequest(architecture)?.service;
  const seen: TwinStatus[] = [];
  const load = await sendLoad(planLoad(target, perSecond), signal, () => {
    client.status().then(
      (now) => seen.push(now),
      () => {},
    );
  });
  const { profile, substitutes } = status;
  const used = (metric: "cpu" | "memory") =>
    average(seen.flatMap((now) => metricOf(now, service, metric) ?? []));
  return { ...load, profile, substitutes, utilisation: { cpu: used("cpu"), memory: used("memory") } };
}

/** Sends load by a plan; the same times for every run. @param onSecond after each second. */
export async function sendLoad(
  { target, rate, seconds, connections }: LoadPlan,
  signal: AbortSignal,
  onSecond: () => void = () => {},
): Promise<Omit<LoadSeen, "profile" | "substitutes" | "utilisation">> {
  const { endpoint, request, url } = target;
  const run = runLoad(
    {
      endpoint,
      arrivals: { kind: "rate", segments: shapeOf("steady", rate, seconds), spacing: "poisson", seed: 1 },
      seconds,
      connections,
      timeoutMs: TIMEOUT_MS,
      giveUpAfterMs: null,
    },
    request,
    onSecond,
  );
  const stop = () => run.stop();
  signal.addEventListener("abort", stop);
  try {
    const result = await run.result;
    return {
      url: `${url.origin}${request.path}`,
      method: request.method,
      rate,
      connections,
      result,
      limits: limitsOf(result, connections),
    };
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

function metricOf(
  { scaling }: TwinStatus,
  service: string | undefined,
  metric: "cpu" | "memory",
): number | null {
  const metrics = scaling.find((each) => each.service === service)?.metrics ?? [];
  return metrics.find((each) => each.metric === metric)?.value ?? null;
}

function average(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}
