/** Everything that AWS and Kubernetes take their time for, each with its page: what the `aws` profile is made of. */
import { COMPUTE_TIMINGS } from "./compute.ts";
import { CREATION_TIMINGS } from "./creation.ts";
import { ENTRY_TIMINGS } from "./entry.ts";
import { STORE_TIMINGS } from "./stores.ts";
import type { Timing } from "./timing.ts";

export type { Distribution } from "./distribution.ts";
export type { Timing, TimingBasis } from "./timing.ts";

const ALL = { ...COMPUTE_TIMINGS, ...STORE_TIMINGS, ...ENTRY_TIMINGS, ...CREATION_TIMINGS } as const;

export type TimingId = keyof typeof ALL;

export const TIMINGS: Readonly<Record<TimingId, Timing>> = ALL;
