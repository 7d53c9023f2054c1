import type { LoadResult } from "./generator.ts";

/** Its loop turns once a millisecond: less than this says nothing. */
const LATE_MS = 5;
/** Of the latency at the same percentile: beyond it, the generator is a part of what was measured. */
const LATE_SHARE = 0.1;
/** Of one processor: beyond it, requests queue inside the generator. */
const BUSY_SHARE = 0.8;

/** In which way the generator, and not what it asked, may have been the limit; each a sentence. None is best. */
export function limitsOf(
  { lag, latency, cpuShare, waited, asked }: LoadResult,
  connections: number,
): string[] {
  const limits: string[] = [];
  if (lag.p99 > Math.max(LATE_MS, LATE_SHARE * latency.p99))
    limits.push(
      `The generator itself was late: ${lag.p99.toFixed(1)} ms at the 99th percentile, which the latencies contain. The machine is too busy for this rate.`,
    );
  if (cpuShare > BUSY_SHARE)
    limits.push(
      `The generator used ${Math.round(cpuShare * 100)} % of a processor: at this rate it may have been the limit.`,
    );
  if (waited > asked / 100)
    limits.push(
      `${waited} of ${asked} requests waited until one of the ${connections} connections was free, and the latencies contain it: what was asked is slower than the rate, or --connections is too low.`,
    );
  return limits;
}
