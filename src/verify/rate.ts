import type { ResolvedArchitecture } from "#model/architecture.ts";

/** Where nothing says how much is asked: enough to see how requests wait, and little for any machine. */
const DEFAULT_PER_SECOND = 50;

/** How often the system is to be asked, and who says so. */
export interface PromisedRate {
  readonly perSecond: number;
  /** In words: `the objective requests`. */
  readonly from: string;
}

/** The rate that the architecture promises, else the one that it is billed for, else one that Plumbline takes. */
export function promisedRate({ objectives, billing }: ResolvedArchitecture): PromisedRate {
  const promised = objectives.find((each) => each.kind === "throughput" && each.of === "requests");
  if (promised?.kind === "throughput")
    return { perSecond: promised.atLeast, from: `the objective ${promised.id}` };
  const { requests } = billing.usage;
  return requests === undefined
    ? { perSecond: DEFAULT_PER_SECOND, from: "which Plumbline takes where nothing says how often" }
    : { perSecond: requests, from: "billing.usage.requests" };
}
