import type { Pool } from "../database/session.ts";
import type { ScreeningMatch } from "../rules/facts.ts";
import type { ListedName } from "./name-index.ts";
import { currentLists, listClearances, readNames } from "./repository.ts";
import { Screener } from "./screener.ts";

/** The lists as this replica has them in memory. */
export interface ScreeningSource {
  /** Reads what has changed; lists that are the same are not indexed again. Repeated safely after a failure. */
  refresh(): Promise<void>;
  /**
   * Matches at `now` (milliseconds since 1970), best first. Undefined until the lists were read; where none was ever
   * imported nothing matches, as with a value list that is empty.
   */
  screen(name: string, now: number): readonly ScreeningMatch[] | undefined;
  /** Names and aliases of all lists. */
  readonly size: number;
}

export function createScreeningSource(pool: Pool): ScreeningSource {
  let screener: Screener | undefined;
  let indexed = "";
  let reading: Promise<void> | undefined;

  async function read(): Promise<void> {
    const lists = await currentLists(pool);
    const clearances = await listClearances(pool, { limit: null });
    const ids = lists.map(({ id }) => id).join(" ");
    if (ids === indexed && screener) screener = screener.with(clearances);
    else screener = await Screener.build(namesOf(lists), clearances);
    indexed = ids;
  }

  async function* namesOf(lists: readonly { id: string; source: string }[]): AsyncGenerator<ListedName> {
    for (const list of lists) yield* readNames(pool, list);
  }

  return {
    async refresh() {
      // A change that came while one was being read is read after it.
      await reading?.catch(() => {});
      reading = read().finally(() => (reading = undefined));
      await reading;
    },
    screen: (name, now) => screener?.screen(name, now),
    get size() {
      return screener?.size ?? 0;
    },
  };
}
