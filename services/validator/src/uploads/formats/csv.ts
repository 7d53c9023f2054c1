import { CsvError, parse, type Info, type Parser } from "csv-parse";

import { LONGEST_ROW } from "./lines.ts";
import { FileFault, type Row } from "./row.ts";

/** Columns are named by the path of their field. */
export const CSV_COLUMNS = [
  "messageId",
  "endToEndId",
  "creationDateTime",
  "instructedAmount.value",
  "instructedAmount.currency",
  ...["debtor", "creditor"].flatMap((party) => [
    `${party}.name`,
    `${party}.account.iban`,
    `${party}.account.other`,
    `${party}.agent.bic`,
    `${party}.country`,
  ]),
  "channel",
  "ip",
  "device",
  "card.panFingerprint",
  "card.bin",
  "card.mcc",
  "card.merchantCountry",
] as const;

const KNOWN: ReadonlySet<string> = new Set(CSV_COLUMNS);

interface Parsed {
  readonly record: string[];
  readonly info: Info;
}

/** CSV (RFC 4180) with commas; the first line names the columns in any order. An empty cell is a field that is left out. */
export async function* readCsv(text: AsyncIterable<string>): AsyncGenerator<Row[]> {
  const parser = parse({ info: true, skip_empty_lines: true, max_record_size: LONGEST_ROW });
  // Who waits for a piece to be taken gets the error.
  parser.on("error", () => {});
  let columns: readonly string[] | undefined;
  try {
    for await (const records of recordsOf(parser, text)) {
      const rows: Row[] = [];
      for (const { record, info } of records) {
        if (columns === undefined) columns = readHeader(record, info.lines);
        else rows.push({ line: info.lines, body: bodyOf(columns, record) });
      }
      if (rows.length > 0) yield rows;
    }
  } catch (error) {
    if (error instanceof CsvError) throw faultOf(error);
    throw error;
  } finally {
    parser.destroy();
  }
}

/** The records of each piece together: between pieces nothing waits in streams, which would hold many of them. */
async function* recordsOf(parser: Parser, text: AsyncIterable<string>): AsyncGenerator<Parsed[]> {
  async function* taken(give: Give): AsyncGenerator<Parsed[]> {
    const isTaken = whenDone(give);
    // Waited for below: what stands before an error may be worse, as a header of other columns is.
    isTaken.catch(() => {});
    const records: Parsed[] = [];
    for (let one: unknown; (one = parser.read()) !== null;) records.push(one as Parsed);
    yield records;
    await isTaken;
  }
  for await (const piece of text) {
    yield* taken((done) => parser.write(piece, done));
  }
  yield* taken((done) => parser.end(done));
}

type Give = (done: (error?: Error | null) => void) => void;

function whenDone(give: Give): Promise<void> {
  return new Promise((resolve, reject) => give((error) => (error ? reject(error) : resolve())));
}

function readHeader(names: readonly string[], line: number): readonly string[] {
  const trimmed = names.map((name) => name.trim());
  const unknown = trimmed.find((name) => !KNOWN.has(name));
  if (unknown !== undefined) {
    throw new FileFault(
      "csv_header",
      { line, column: 1 },
      `${JSON.stringify(unknown.slice(0, 64))} is no column`,
    );
  }
  const twice = trimmed.find((name, index) => trimmed.indexOf(name) !== index);
  if (twice !== undefined) throw new FileFault("csv_header", { line, column: 1 }, `${twice} is there twice`);
  return trimmed;
}

function bodyOf(columns: readonly string[], cells: readonly string[]): object {
  const body: Record<string, unknown> = {};
  for (const [index, column] of columns.entries()) {
    const cell = cells[index];
    if (cell === undefined || cell === "") continue;
    const steps = column.split(".");
    const last = steps.pop() as string;
    let inner = body;
    for (const step of steps) inner = (inner[step] ??= {}) as Record<string, unknown>;
    inner[last] = cell;
  }
  return body;
}

function faultOf(error: CsvError): FileFault {
  const { lines } = error as CsvError & { lines?: number };
  const place = { line: lines ?? 1, column: 1 };
  if (error.code === "CSV_MAX_RECORD_SIZE") return new FileFault("line_too_long", place);
  if (error.code === "CSV_QUOTE_NOT_CLOSED")
    return new FileFault("truncated", place, "a quote is not closed");
  return new FileFault("csv_malformed", place, DETAILS[error.code]);
}

// The library's own messages quote cells, which hold names and accounts.
const DETAILS: Partial<Record<string, string>> = {
  CSV_RECORD_INCONSISTENT_FIELDS_LENGTH: "a row has not as many cells as the header",
  CSV_INVALID_CLOSING_QUOTE: "text follows a closing quote",
  INVALID_OPENING_QUOTE: "a quote stands within a cell that is not quoted",
  CSV_RECORD_INCONSISTENT_COLUMNS: "a row has not as many cells as the header",
};
