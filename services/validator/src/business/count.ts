// Decisions are counted after they were made, a slice at a time: who decides never waits for it, any replica goes on
// where another one has stopped, and nobody counts twice.
import type { Pool, Session } from "../database/session.ts";
import { inTransaction } from "../database/transaction.ts";
import {
  countDecisions,
  finishDays,
  firstDecision,
  numberInSlice,
  numberOfDecisions,
  type Progress,
  readProgress,
  replaceSlice,
  saveProgress,
} from "./count-repository.ts";
import { DAY, dayOf, SLICE, sliceOf } from "./days.ts";

/**
 * Milliseconds after which a slice is counted. An id has the time of the replica that made it, and is committed seconds
 * later, a minute at most.
 */
export const SETTLE = 120_000;
/**
 * Where a clock was off, a decision comes in later: each slice is looked at again after an hour, and after a day. What
 * comes in later still is found when somebody has it counted anew (recount-business.ts).
 */
const CHECK = 3_600_000;
const FINISH = DAY;

/** What came of a step. */
export interface Step {
  /** Whether there may be more to do at once. */
  readonly isMore: boolean;
  /** The slice that was counted before and had more decisions by now; milliseconds since 1970. */
  readonly corrected?: number;
}

const NOTHING: Step = { isMore: false };

/**
 * Counts, or looks again at, one slice in one transaction. Whatever is cut off is done again as a whole: a slice is
 * replaced, never added to.
 */
export async function countNext(pool: Pool): Promise<Step> {
  return inTransaction(pool, "write", async (session) => {
    const progress = await readProgress(session, "for update skip locked");
    if (progress === undefined) return NOTHING;
    const { counted, checked, finished, now } = progress;
    const upTo = (age: number, before: number) => Math.min(sliceOf(now - age), before);

    const counting = await walk(session, counted, upTo(SETTLE, Infinity));
    if (counting !== undefined) {
      const { slice, next } = counting;
      if (slice !== undefined) await recount(session, slice);
      // What is counted as late as this need not be looked at again.
      const follow = (pointer: number, age: number) =>
        pointer === counted && next <= sliceOf(now - age) ? next : pointer;
      await save(session, progress, {
        counted: next,
        checked: follow(checked, CHECK),
        finished: follow(finished, FINISH),
      });
      return { isMore: true };
    }
    const checking = await walk(session, checked, upTo(CHECK, counted));
    if (checking !== undefined) {
      const step = await look(session, checking.slice);
      await save(session, progress, { counted, checked: checking.next, finished });
      return step;
    }
    const finishing = await walk(session, finished, upTo(FINISH, checked));
    if (finishing === undefined) return NOTHING;
    const step = await look(session, finishing.slice);
    await save(session, progress, { counted, checked, finished: finishing.next });
    return step;
  });
}

/** With the last slice of a day the day is finished. */
async function save(session: Session, before: Progress, next: Progress): Promise<void> {
  const day = dayOf(next.finished);
  if (day > dayOf(before.finished)) await finishDays(session, day);
  await saveProgress(session, next);
}

/**
 * The next slice with decisions between `from` and `to`, and where to go on; where there is none it goes on at `to`.
 * Times in which nothing was decided are passed over at once.
 */
async function walk(
  session: Session,
  from: number,
  to: number,
): Promise<{ slice: number | undefined; next: number } | undefined> {
  if (from >= to) return undefined;
  const first = await firstDecision(session, from);
  const slice = first === undefined ? to : sliceOf(first);
  return slice >= to ? { slice: undefined, next: to } : { slice, next: slice + SLICE };
}

/** Decisions are never changed and never deleted: a slice with as many as were counted is right. */
async function look(session: Session, slice: number | undefined): Promise<Step> {
  if (slice === undefined) return { isMore: true };
  const [stored, there] = [
    await numberInSlice(session, slice),
    await numberOfDecisions(session, slice, slice + SLICE),
  ];
  if (stored === there) return { isMore: true };
  await recount(session, slice);
  return { isMore: true, corrected: slice };
}

async function recount(session: Session, slice: number): Promise<void> {
  await replaceSlice(session, slice, await countDecisions(session, slice, slice + SLICE));
}
