import type { Distribution } from "#aws/timings/distribution.ts";
import type { SimulatedProfile } from "../result.ts";
import type { World } from "../world.ts";

/**
 * From the start of a process until it listens, where no twin has measured it: that of the reference service, on a machine
 * that has nothing else to do, and on a share of a processor.
 */
export const APPLICATION_START: Readonly<Record<SimulatedProfile, Distribution>> = {
  local: { kind: "uniform", from: 800, to: 1400 },
  aws: { kind: "uniform", from: 1000, to: 3000 },
};

/** What was measured differs by a fifth from one time to the next. */
export function applicationStart({ profile, times }: World, service: string): Distribution {
  const startMs = times[service]?.startMs;
  return startMs === undefined
    ? APPLICATION_START[profile]
    : { kind: "uniform", from: 0.8 * startMs, to: 1.2 * startMs };
}

/** Which endpoints in the VPC an image comes through, where it does not come through NAT. */
const IMAGE_ENDPOINTS = ["ecr.api", "ecr.dkr", "s3"] as const;

/** Whether a new replica in a zone can have its image: through endpoints, or a NAT gateway that is not in a lost zone. */
export function hasImages({ architecture: { network }, isZoneUp }: World, zone: number): boolean {
  if (IMAGE_ENDPOINTS.every((endpoint) => network.endpoints.includes(endpoint))) return true;
  switch (network.nat) {
    case "per-zone":
      return isZoneUp[zone] === true;
    case "single":
      // The one gateway is in the first zone.
      return isZoneUp[0] === true;
    case "none":
      return false;
  }
}
