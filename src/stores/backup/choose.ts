import { PlumblineError } from "#model/errors.ts";
import type { Manifest } from "./manifest.ts";
import { type Listed, timeOf } from "./vault.ts";

/** To which moment a store is restored: a time (RFC 3339), or everything that was archived. */
export type Target = { readonly kind: "time"; readonly time: string } | { readonly kind: "latest" };

/** What can be restored of a history: from its first backup to its end, or until now where it goes on. RFC 3339. */
export interface Restorable {
  readonly lineage: string;
  readonly from: string;
  readonly to: string | null;
}

type Readable = Listed & { readonly manifest: Manifest };

/** What can be restored, history after history in the order of time. */
export function restorable(all: readonly Listed[], lineages: readonly string[]): Restorable[] {
  return lineages.flatMap((lineage, index) => {
    const [first] = readable(all, lineage);
    const next = lineages[index + 1];
    return first
      ? [{ lineage, from: first.manifest.finishedAt, to: next === undefined ? null : timeOf(next) }]
      : [];
  });
}

/**
 * The backup that a restore begins with: the newest that was finished by then, of the history that the store was in at
 * that time.
 * @throws PlumblineError BACKUP_NOT_FOUND, which says what can be restored, or RESTORE_TARGET_TOO_LATE
 */
export function chooseBase(
  store: string,
  all: readonly Listed[],
  lineages: readonly string[],
  target: Target,
  now: Date,
): Readable {
  const ranges = restorable(all, lineages);
  const last = ranges.at(-1);
  if (!last) throw notFound(store, "it has no backup", "Make one: `plumbline backup`.");
  if (target.kind === "latest") return readable(all, last.lineage).at(-1) as Readable;
  const moment = Date.parse(target.time);
  if (moment > now.getTime()) throw tooLate(store, target.time, now.toISOString());
  const lineage = lineages.findLast((name) => Date.parse(timeOf(name)) <= moment);
  const base = readable(all, lineage ?? "").findLast(
    ({ manifest }) => Date.parse(manifest.finishedAt) <= moment,
  );
  if (base) return base;
  const times = ranges.map(({ from, to }) => `from ${from} to ${to ?? "now"}`).join(", ");
  throw notFound(store, `no backup reaches back to ${target.time}`, `What can be restored is ${times}.`);
}

function readable(all: readonly Listed[], lineage: string): Readable[] {
  return all.filter((each): each is Readable => each.lineage === lineage && each.manifest !== null);
}

function notFound(store: string, why: string, remedy: string): PlumblineError {
  return new PlumblineError("BACKUP_NOT_FOUND", `The store ${store} cannot be restored: ${why}.`, remedy);
}

/** @param last the last moment that there is, in the words of whoever knows it */
export function tooLate(store: string, wanted: string, last: string): PlumblineError {
  return new PlumblineError(
    "RESTORE_TARGET_TOO_LATE",
    `The store ${store} cannot be restored to ${wanted}: what is archived ends at ${last}.`,
    "Give an earlier time, or `--to latest` for everything that was archived.",
  );
}
