import type { Metrics } from "#entry/metrics.ts";
import type { Balancer } from "../balancer.ts";

/** How many requests a minute each target gets, by what the load balancer counts. */
export class RequestMeter {
  readonly #balancer: Balancer;
  #before: { readonly at: number; readonly counts: ReadonlyMap<string, number> } | null = null;

  constructor(balancer: Balancer) {
    this.#balancer = balancer;
  }

  /** Since the look before, by "service target"; null where the load balancer does not answer. */
  async measure(): Promise<ReadonlyMap<string, number> | null> {
    const metrics = await this.#balancer.metrics();
    const now = performance.now();
    const before = this.#before;
    const counts = metrics && requestCounts(metrics);
    this.#before = counts && { at: now, counts };
    if (!counts || !before || now <= before.at) return null;
    const minutes = (now - before.at) / 60_000;
    return new Map(
      [...counts].map(([target, count]) => {
        const since = count - (before.counts.get(target) ?? 0);
        // A load balancer that was started again counts from 0.
        return [target, (since >= 0 ? since : count) / minutes];
      }),
    );
  }
}

function requestCounts({ groups }: Metrics): Map<string, number> {
  return new Map(
    groups.flatMap(({ name, targets }) =>
      targets.map(({ id, requests }) => [`${name} ${id}`, requests] as const),
    ),
  );
}
