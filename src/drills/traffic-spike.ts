import type { Second } from "#load/generator.ts";
import { runLoad } from "#load/run.ts";
import { shapeOf } from "#load/shape.ts";
import type { Target } from "#load/target.ts";
import type { Drill, Scene } from "./drill.ts";
import { entryTarget } from "./endpoints.ts";
import { clock } from "./samples.ts";
import { servingService, unsuitable } from "./targets.ts";

/** How many times the rate before it a spike is. */
const TIMES = 4;
const BEFORE_SECONDS = 5;
/** How long a spike lasts at the most; it ends sooner when latency is back. */
const SPIKE_SECONDS = 60;
/** And at the least: alarms look at several periods before anything scales. */
const LEAST_SECONDS = 15;
/** Latency is back when so many seconds in a row are at most twice as slow as those before the spike. */
const CALM_SECONDS = 3;
const CALM_RATIO = 2;
const CONNECTIONS = 128;

export const trafficSpike: Drill = {
  name: "traffic-spike",
  says: `sends ${TIMES} times the load, until the 95th percentile of latency is back or a minute is over; scaling reacts`,
  ways: ["load"],
  seenBy: "clients",
  plan: (scene) => {
    const target = entryTarget(scene);
    if (!target) throw unsuitable("its load balancer does not listen", "Wait for it: `plumbline wait`.");
    const { name } = servingService(scene);
    return { parts: [name], isNoticed: false, writesToStore: false, begin: () => begin(scene, target, name) };
  },
};

async function begin(scene: Scene, target: Target, service: string) {
  const { rate, client, status } = scene;
  const before = (await send(target, rate, BEFORE_SECONDS).result).latency.p95;
  const seconds: Second[] = [];
  const desired = (of: Scene["status"]) => of.services.find(({ name }) => name === service)?.desired ?? 0;
  let most = desired(status);
  let scaledAt: number | null = null;
  const at = clock();
  const spike = send(target, TIMES * rate, SPIKE_SECONDS, (second) => {
    seconds.push(second);
    void client.status().then(
      (now) => {
        if (desired(now) > desired(status)) scaledAt ??= clock();
        most = Math.max(most, desired(now));
      },
      () => {},
    );
  });
  let isOver = false;
  const result = spike.result.finally(() => (isOver = true));
  result.catch(() => {});
  return {
    at,
    what: `${TIMES * rate} requests a second come in place of ${rate}`,
    isSeen: () => isOver || (seconds.length >= LEAST_SECONDS && calmFrom(seconds, before) !== null),
    heal: async () => {
      spike.stop();
      await result;
    },
    figures: async () => {
      const { asked, failed } = await result;
      return {
        p95BeforeMs: before,
        p95WorstMs: Math.max(...seconds.map(({ latency }) => latency.p95)),
        p95BackMs: calmFrom(seconds, before),
        scaledOutMs: scaledAt === null ? null : scaledAt - at,
        mostReplicas: most,
        spikeRequests: asked,
        spikeFailed: failed,
      };
    },
  };
}

function send(target: Target, rate: number, seconds: number, onSecond?: (second: Second) => void) {
  const { endpoint, request } = target;
  const segments = shapeOf("steady", rate, seconds);
  const arrivals = { kind: "rate", segments, spacing: "poisson", seed: 1 } as const;
  const load = {
    endpoint,
    arrivals,
    seconds,
    connections: CONNECTIONS,
    timeoutMs: 5_000,
    giveUpAfterMs: null,
  };
  return runLoad(load, request, onSecond);
}

/** After how many milliseconds latency was back for good, to whole seconds; null where it was not. */
export function calmFrom(
  seconds: readonly Pick<Second, "second" | "latency" | "succeeded">[],
  before: number,
): number | null {
  const isCalm = ({ latency, succeeded }: (typeof seconds)[number]) =>
    succeeded > 0 && latency.p95 <= CALM_RATIO * before;
  const first = seconds.findIndex((_, index) => {
    const run = seconds.slice(index, index + CALM_SECONDS);
    return run.length === CALM_SECONDS && run.every(isCalm);
  });
  return first === -1 ? null : ((seconds[first]?.second ?? 1) - 1) * 1000;
}
