import type { Instruments } from "../observability/instruments.ts";
import type { CaseStore } from "./store.ts";

/** What waits, as it is stored: the same from every replica, and left out where nobody knows. */
export function gaugeCases(
  { gauge }: Pick<Instruments, "gauge">,
  { workload }: Pick<CaseStore, "workload">,
): void {
  gauge(
    "validator_cases",
    "Cases that are not closed.",
    async () => {
      const counted = await workload();
      if (counted === undefined) return undefined;
      return [
        { labels: { state: "pending" }, value: counted.pending },
        { labels: { state: "investigating" }, value: counted.investigating },
      ];
    },
    "max",
  );
  gauge(
    "validator_cases_overdue",
    "Cases that are not closed and should be by now.",
    async () => {
      return (await workload())?.overdue;
    },
    "max",
  );
}
