import type { ResolvedArchitecture } from "#model/architecture.ts";
import { exampleRequest } from "#model/example-request.ts";
import type { ServiceTimes } from "#simulator/scenarios/result.ts";
import type { LoadSeen } from "../measured.ts";

/** What nobody has measured: how much times differ. 1 is the spread of an exponential distribution. */
const VARIATION = 1;

/**
 * What one request took of the service that answered a load: processor time from what its replicas used, the rest of the
 * median as waiting. Null where nobody could look at the replicas, or where a busy generator is in the figures.
 */
export function serviceTimesOf(
  architecture: ResolvedArchitecture,
  { result, utilisation, limits, rate }: LoadSeen,
): ServiceTimes | null {
  const name = exampleRequest(architecture)?.service;
  const service = name === undefined ? undefined : architecture.services[name];
  if (name === undefined || service?.kind !== "web" || utilisation.cpu === null) return null;
  if (limits.length > 0 || result.succeeded === 0 || rate <= 0) return null;
  // What it waits for others is theirs, and the simulator counts it with them.
  if (service.uses.some((used) => architecture.services[used] !== undefined)) return null;
  const { size, replicas } = service;
  const cpuMs = ((utilisation.cpu / 100) * size.cpu * 1000 * replicas.desired) / rate;
  return {
    [name]: {
      cpuMs,
      cpuVariation: VARIATION,
      waitMs: Math.max(0, result.service.p50 - cpuMs),
      waitVariation: VARIATION,
      memory: utilisation.memory === null ? null : (utilisation.memory / 100) * size.memory,
    },
  };
}
