import type { ResolvedArchitecture } from "#model/architecture.ts";
import type { SimulateOptions } from "./result.ts";
import type { RunSettings } from "./run.ts";
import { SPIKE_TIMES } from "./scenarios.ts";
import { ASSUMED_SERVICE_TIME, promisedRate } from "./service-times.ts";
import { CACHE_PATIENCE_MS, STORE_PATIENCE_MS } from "./store-failure.ts";

/** What a simulation has taken for granted, in sentences. */
export function assumptionsOf(
  architecture: ResolvedArchitecture,
  { scenario, profile, mode, rate, traffic }: RunSettings,
  { rate: asked, serviceTimes = {} }: SimulateOptions,
): string[] {
  const path = traffic.stages.map(({ service }) => service);
  const assumed = path.filter((service) => serviceTimes[service] === undefined);
  const { cpuMs, waitMs } = ASSUMED_SERVICE_TIME;
  const says: string[] = [];
  if (asked === undefined)
    says.push(
      promisedRate(architecture) === null
        ? `Nobody says how many requests come: ${perMinute(rate)} are taken.`
        : `${perMinute(rate)} come, as the architecture says.`,
    );
  says.push("Requests come by chance, one independent of the other (a Poisson process).");
  says.push(`Every request passes ${path.join(", then ")}.`);
  if (assumed.length > 0)
    says.push(
      `No twin has measured ${assumed.join(", ")}: a request takes ${cpuMs} ms of a vCPU there, and where stores are used waits ${waitMs} ms, as in the reference service.`,
    );
  says.push(`Clients give up after ${traffic.timeoutMs} ms and do not ask again.`);
  if (Object.keys(architecture.stores).length > 0)
    says.push(
      `A request that needs a lost database waits ${STORE_PATIENCE_MS} ms for it and fails; without its cache it takes ${CACHE_PATIENCE_MS} ms longer.`,
    );
  says.push("Health checks do not depend on stores.");
  if (profile === "aws" && path.some((service) => serviceTimes[service]?.startMs === undefined))
    says.push("A replica listens 1 s to 3 s after its process has started.");
  if (scenario === "zone-failure")
    says.push(
      "The zone does not come back. It is each zone in turn, and the primary of a store was in any of them.",
    );
  if (scenario === "zone-failure" && profile === "aws")
    says.push(
      "New replicas are placed elsewhere as soon as one in the zone is seen to be lost, and other zones have capacity.",
    );
  if (scenario === "node-failure") says.push("No store was on the node.");
  if (scenario === "traffic-spike")
    says.push(`${SPIKE_TIMES} times the requests come, for as long as is simulated.`);
  if (scenario === "bad-deployment")
    says.push(
      "The new version ends at once in half of the runs, and never passes a health check in the others.",
    );
  if (architecture.compute.kind === "eks" && profile === "aws")
    says.push(
      "A pod has the processors that it asks for, or those of its limits; other pods than those simulated take no room on nodes.",
    );
  if (architecture.compute.kind === "ec2-auto-scaling") says.push("Burstable instances have credits left.");
  if (mode === "aggregate")
    says.push(
      "Requests are counted by what is expected of them; each state that the system is in was simulated one by one.",
    );
  return says;
}

function perMinute(rate: number): string {
  return `${Math.round(rate * 60).toLocaleString("en")} requests a minute`;
}
