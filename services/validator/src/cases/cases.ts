// What people do with cases.
import type { NewEvent, CaseOutcome, StoredCase } from "./case.ts";
import { type Addressed, assigning, closing, noting, releasing, releasingOf } from "./acts.ts";
import type { CaseStore, Changed } from "./store.ts";

export interface Cases {
  /** The first of the queue, now the actor's; undefined where nothing waits. No two actors get the same. */
  takeNext(actor: string): Promise<StoredCase | undefined>;
  assign(addressed: Addressed, assignee: string): Promise<StoredCase>;
  release(addressed: Addressed): Promise<StoredCase>;
  note(addressed: Addressed, text: string): Promise<NewEvent>;
  close(addressed: Addressed, outcome: CaseOutcome, note: string): Promise<StoredCase>;
  /** All that somebody looks into goes back to the queue. */
  releaseAllOf(person: string, actor: string): Promise<void>;
}

const storedAfter = async (changed: Promise<Changed>) => (await changed).stored;

/** Cases that are read at once where somebody has many. */
const PAGE = 100;

export function createCases(store: CaseStore): Cases {
  return {
    takeNext: (actor) => store.takeNext(actor),
    assign: (addressed, assignee) =>
      storedAfter(store.change(addressed.id, (before) => assigning(before, addressed, assignee))),
    release: (addressed) => storedAfter(store.change(addressed.id, (before) => releasing(before, addressed))),
    async note(addressed, text) {
      const { event } = await store.change(addressed.id, (before) => noting(before, addressed, text));
      // A note is never left out: there is always something that it adds.
      return event as NewEvent;
    },
    close: (addressed, outcome, note) =>
      storedAfter(store.change(addressed.id, (before) => closing(before, addressed, { outcome, note }))),

    async releaseAllOf(person, actor) {
      const filter = { state: "investigating", assignee: person, account: undefined, limit: PAGE } as const;
      let after: string | undefined;
      for (;;) {
        const found = await store.list({ ...filter, after });
        for (const { id } of found) await store.change(id, (before) => releasingOf(before, person, actor));
        if (found.length < PAGE) return;
        after = found.at(-1)?.id;
      }
    },
  };
}
