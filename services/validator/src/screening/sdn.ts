import { parse } from "csv-parse";
import type { Readable } from "node:stream";

import type { ListedName } from "./name-index.ts";

/** A name as a list has it, with what tells people which entry it is. */
export interface SanctionedName extends ListedName {
  readonly kind: "primary" | "aka" | "fka" | "nka";
  /** The sanctions programs, such as `CUBA`; of aliases, those of their entry. */
  readonly programs: string;
  /** `individual`, `vessel`, `aircraft`, or `entity`, which the file leaves out. */
  readonly type: string;
}

/** The file is not what it should be; nothing of it is used. */
export class ListFileError extends Error {
  constructor(file: string, line: number, what: string) {
    super(`${file}, line ${line}: ${what}`);
  }
}

/** How OFAC writes that there is nothing. */
const NOTHING = "-0-";
/** Control-Z, with which files of OFAC end. */
const END_OF_FILE = "\u001A";

/**
 * Reads OFAC's list of Specially Designated Nationals in its CSV form: `sdn.csv` (ent_num, name, type, program, …) and
 * `alt.csv` (ent_num, alt_num, alt_type, alt_name, …), both without a header. Aliases of an entry that the first file
 * does not have are kept: the two may be of different days.
 * https://ofac.treasury.gov/specially-designated-nationals-list-data-formats-data-schemas
 * @throws ListFileError with file and line
 */
export async function readSdn(
  names: { readonly file: string; readonly content: Readable },
  aliases?: { readonly file: string; readonly content: Readable },
): Promise<SanctionedName[]> {
  const read: SanctionedName[] = [];
  const entries = new Map<string, SanctionedName>();
  for await (const { line, fields } of records(names)) {
    const [entry, name, type, programs] = fields;
    const listed = {
      entry: numberOf(entry, names.file, line),
      name: nameOf(name, names.file, line),
      kind: "primary",
      programs: valueOf(programs),
      type: valueOf(type) || "entity",
    } as const;
    if (entries.has(listed.entry))
      throw new ListFileError(names.file, line, `entry ${listed.entry} is there twice`);
    entries.set(listed.entry, listed);
    read.push(listed);
  }
  if (read.length === 0) throw new ListFileError(names.file, 1, "there are no names");
  if (!aliases) return read;
  for await (const { line, fields } of records(aliases)) {
    const [number, , kind, name] = fields;
    const entry = numberOf(number, aliases.file, line);
    if (kind !== "aka" && kind !== "fka" && kind !== "nka")
      throw new ListFileError(aliases.file, line, `${JSON.stringify(kind)} is not aka, fka or nka`);
    const { programs = "", type = "entity" } = entries.get(entry) ?? {};
    read.push({ entry, name: nameOf(name, aliases.file, line), kind, programs, type });
  }
  return read;
}

async function* records({
  file,
  content,
}: {
  readonly file: string;
  readonly content: Readable;
}): AsyncGenerator<{ line: number; fields: string[] }> {
  const parser = content.pipe(
    parse({ bom: true, relax_column_count: true, skip_empty_lines: true, info: true }),
  );
  // A stream that cannot be read says so where it is read to.
  content.on("error", (error) => parser.destroy(error));
  try {
    for await (const { info, record } of parser as AsyncIterable<{
      info: { lines: number };
      record: string[];
    }>) {
      if (record.length === 1 && record[0]?.trim() === END_OF_FILE) return;
      yield { line: info.lines, fields: record.map((field) => field.trim()) };
    }
  } catch (error) {
    const { code, lines } = error as { code?: string; lines?: number };
    if (!code?.startsWith("CSV_")) throw error;
    throw new ListFileError(file, lines ?? 0, "this is not CSV (RFC 4180)");
  }
}

function numberOf(field: string | undefined, file: string, line: number): string {
  if (field !== undefined && /^\d{1,12}$/.test(field)) return field;
  throw new ListFileError(
    file,
    line,
    `${JSON.stringify((field ?? "").slice(0, 40))} is not the number of an entry`,
  );
}

function nameOf(field: string | undefined, file: string, line: number): string {
  const name = valueOf(field);
  if (name !== "" && name.length <= 1000) return name;
  throw new ListFileError(
    file,
    line,
    name === "" ? "the name is missing" : "the name is longer than 1,000 characters",
  );
}

function valueOf(field: string | undefined): string {
  return field === undefined || field === NOTHING ? "" : field;
}
