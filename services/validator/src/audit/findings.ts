/** Something in the audit trail that is not as this service has written it. */
export interface Finding {
  table: "decisions" | "audit_events" | "audit_links" | "audit_anchors";
  /** The row's id; of a link its chain and sequence, of an anchor its number. */
  id: string;
  /** When the row was written, as far as that is known. */
  time: string | null;
  /** What differs, as a sentence about the row. */
  what: string;
}

/** More findings help nobody: the first ones are told, the others counted. */
const MOST = 100;

/** Gathers findings in the order of their time. */
export class Findings {
  #total = 0;
  #first: Finding[] = [];

  add(finding: Finding): void {
    this.#total++;
    this.#first.push(finding);
    if (this.#first.length >= 2 * MOST) this.#first = this.first;
  }

  get total(): number {
    return this.#total;
  }

  /** The earliest, at most 100. Those whose time is not known come last. */
  get first(): Finding[] {
    const time = ({ time }: Finding) => time ?? "9";
    return this.#first
      .toSorted((a, b) => (time(a) < time(b) ? -1 : Number(time(a) > time(b))))
      .slice(0, MOST);
  }
}

/** Microseconds since 1970, as the database tells them, as a date-time. */
export function timeOf(microseconds: string | null): string | null {
  if (microseconds === null) return null;
  const milliseconds = Number(BigInt(microseconds) / 1000n);
  return Math.abs(milliseconds) <= 8.64e15 ? new Date(milliseconds).toISOString() : null;
}
