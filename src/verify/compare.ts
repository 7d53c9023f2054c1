import type { Comparison, VerifyReport } from "./report.ts";

/** What is compared of an earlier report. */
export type EarlierReport = Pick<VerifyReport, "at" | "fast" | "only" | "against" | "checks">;

/** Verdicts that are other ones now. Where one of both did less, only what both looked at is compared. */
export function compare(now: EarlierReport, before: EarlierReport | null): Comparison | null {
  if (before === null) return null;
  const was = new Map(before.checks.map((check) => [check.id, check]));
  const is = new Map(now.checks.map((check) => [check.id, check]));
  const isLike = scope(now) === scope(before);
  const ids = [...new Set([...is.keys(), ...was.keys()])].filter(
    (id) => isLike || (was.has(id) && is.has(id)),
  );
  const changes = ids.flatMap((id) => {
    const [from, to] = [was.get(id)?.verdict ?? null, is.get(id)?.verdict ?? null];
    const title = (is.get(id) ?? was.get(id))?.title ?? id;
    return from === to ? [] : [{ id, title, from, to }];
  });
  return { at: before.at, changes };
}

function scope({ fast, only, against }: EarlierReport): string {
  return JSON.stringify([fast, only, against]);
}
