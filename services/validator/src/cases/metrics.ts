import type pg from "pg";

import type { Instruments } from "../observability/instruments.ts";
import { countOpen } from "./case-repository.ts";

/** What waits, as the database has it: the same from every replica. */
export function gaugeCases({ gauge }: Pick<Instruments, "gauge">, pool: pg.Pool): void {
  gauge("validator_cases", "Cases that are not closed.", async () => {
    const { pending, investigating } = await countOpen(pool);
    return [
      { labels: { state: "pending" }, value: pending },
      { labels: { state: "investigating" }, value: investigating },
    ];
  });
  gauge("validator_cases_overdue", "Cases that are not closed and should be by now.", async () => {
    return (await countOpen(pool)).overdue;
  });
}
