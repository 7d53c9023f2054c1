// Records of the NACHA format: 94 columns each (Nacha Operating Rules, appendix three; the layouts are told at
// https://achdevguide.nacha.org/ach-file-details). Columns are counted from 1, as there.
import { FileFault } from "./row.ts";

const LENGTH = 94;

export interface NachaRecord {
  /** Its number in the file; the number of its line where each has one. */
  readonly line: number;
  readonly text: string;
}

/** The records of a text, those of each chunk together, with or without ends of lines. */
export async function* readRecords(text: AsyncIterable<string>): AsyncGenerator<NachaRecord[]> {
  let rest = "";
  let line = 0;
  for await (const chunk of text) {
    const records: NachaRecord[] = [];
    rest += chunk;
    let start = 0;
    // Two more than a record: an end of line may follow it.
    while (rest.length - start >= LENGTH + 2) {
      const { content, next } = cut(rest, start);
      records.push({ line: ++line, text: content });
      start = next;
    }
    rest = rest.slice(start);
    if (records.length > 0) yield records;
  }
  const records: NachaRecord[] = [];
  for (let start = 0; start < rest.length;) {
    const { content, next } = cut(rest, start);
    records.push({ line: ++line, text: content });
    start = next;
  }
  if (records.length > 0) yield records;
}

function cut(text: string, start: number): { content: string; next: number } {
  const beginning = text.slice(start, start + LENGTH + 2);
  const end = /\r\n?|\n/.exec(beginning);
  // Editors strip the blanks that many records end with; what is not blank in its place is found missing.
  if (end === null) return { content: beginning.slice(0, LENGTH).padEnd(LENGTH), next: start + LENGTH };
  return { content: beginning.slice(0, end.index).padEnd(LENGTH), next: start + end.index + end[0].length };
}

/** The columns `from` to `to` without blanks around them. */
export function field({ text }: NachaRecord, from: number, to: number): string {
  return text.slice(from - 1, to).trim();
}

/** The columns `from` to `to`, which must be digits. */
export function digits(record: NachaRecord, from: number, to: number): string {
  const found = record.text.slice(from - 1, to);
  if (/^\d+$/.test(found)) return found;
  throw misplaced(record, from, `columns ${from} to ${to} must be digits`);
}

export function misplaced({ line }: NachaRecord, column: number, detail: string): FileFault {
  return new FileFault("nacha_record", { line, column }, detail);
}

/** What control records count: of a batch, and of the file. */
export class Totals {
  entries = 0;
  hash = 0n;
  debits = 0n;
  credits = 0n;

  add(other: Totals): void {
    this.entries += other.entries;
    this.hash += other.hash;
    this.debits += other.debits;
    this.credits += other.credits;
  }

  /** The last ten digits count. */
  get entryHash(): bigint {
    return this.hash % 10n ** 10n;
  }
}

/** Throws FileFault where a control record says something else than was counted. */
export function requireTotal(
  record: NachaRecord,
  [from, to]: readonly [number, number],
  what: string,
  counted: number | bigint,
): void {
  const told = BigInt(digits(record, from, to));
  if (told === BigInt(counted)) return;
  const place = { line: record.line, column: from };
  throw new FileFault("control_totals", place, `${what} is told as ${told}, and is ${counted}`);
}
