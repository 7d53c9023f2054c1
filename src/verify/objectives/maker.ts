import { check } from "../checks.ts";
import type { Measured } from "../measured.ts";
import { about, type ObjectiveKind, type Promised } from "../promises.ts";
import type { VerifyCheck } from "../report.ts";
import type { Subject } from "../subject.ts";

/** What a promise is held against. */
export interface Evidence {
  readonly subject: Subject;
  readonly measured: Measured;
}

/** Makes the checks of one kind of objective: one for each way in which something can be known about it. */
export type Maker<Kind extends ObjectiveKind> = (
  promised: Promised<Kind>,
  evidence: Evidence,
) => readonly VerifyCheck[];

/** A check of a promise; by its id it is told from those that know something in another way. */
export function checked(
  promised: Promised,
  found: Omit<Parameters<typeof check>[0], "id" | "kind">,
): VerifyCheck {
  return check({ ...about(promised), id: `${promised.id}.${found.source}`, ...found });
}

/** A check of which nothing is known, and why. @param why half a sentence. */
export function unknown(
  promised: Promised,
  { why, ...rest }: Pick<VerifyCheck, "title" | "source"> & { readonly why: string } & Partial<VerifyCheck>,
): VerifyCheck {
  return checked(promised, { verdict: "inconclusive", says: sentence(why), samples: 0, ...rest });
}

/** With a capital letter and a full stop. */
export function sentence(text: string): string {
  const capital = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(capital) ? capital : `${capital}.`;
}
