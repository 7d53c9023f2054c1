import {
  digits,
  field,
  misplaced,
  readRecords,
  requireTotal,
  Totals,
  type NachaRecord,
} from "./nacha-records.ts";
import { entryRow, returnedRow, type NachaBatch, type NachaFile } from "./nacha-entry.ts";
import { FileFault, type Row } from "./row.ts";

/** One entry is one row. All counts, hashes and totals of the control records must be right. */
export async function* readNacha(text: AsyncIterable<string>): AsyncGenerator<Row[]> {
  const reader = new NachaReader();
  for await (const records of readRecords(text)) {
    const rows: Row[] = [];
    for (const record of records) {
      const row = reader.take(record);
      if (row !== undefined) rows.push(row);
    }
    if (rows.length > 0) yield rows;
  }
  reader.end();
}

const FILLING = "9".repeat(94);

class NachaReader {
  #file: NachaFile | undefined;
  #batch: NachaBatch | undefined;
  #entryRow: Row | undefined;
  #isOver = false;
  #records = 0;
  #batches = 0;
  #ofBatch = new Totals();
  readonly #ofFile = new Totals();

  /** The row of the entry that ends before this record; undefined where none does. */
  take(record: NachaRecord): Row | undefined {
    if (record.text.trim() === "") return undefined;
    const type = record.text[0];
    if (type === "7" && this.#entryRow !== undefined) {
      // What follows an entry says whether it is one of payments.
      if (/^79[89]/.test(record.text)) this.#entryRow = returnedRow(this.#entryRow);
      this.#ofBatch.entries++;
      this.#records++;
      return undefined;
    }
    const ended = this.#entryRow;
    this.#entryRow = undefined;
    this.#read(record, type);
    return ended;
  }

  #read(record: NachaRecord, type: string | undefined): void {
    if (this.#isOver) {
      if (record.text === FILLING) return;
      throw misplaced(record, 1, "a record follows the file control record");
    }
    this.#records++;
    if (this.#file === undefined) {
      if (type !== "1") throw misplaced(record, 1, "the first record must be a file header (1)");
      this.#file = readFileHeader(record);
      return;
    }
    if (this.#batch === undefined) {
      if (type === "5") this.#begin(record);
      else if (type === "9") this.#finish(record);
      else throw misplaced(record, 1, "a batch header (5) or the file control (9) must be here");
      return;
    }
    if (type === "6") this.#entryRow = this.#entry(record, this.#file, this.#batch);
    else if (type === "8") this.#close(record, this.#batch);
    else if (type === "7") throw misplaced(record, 1, "an addenda (7) must follow its entry (6)");
    else throw misplaced(record, 1, "an entry (6), an addenda (7) or the batch control (8) must be here");
  }

  end(): void {
    if (!this.#isOver) {
      throw new FileFault(
        "truncated",
        { line: this.#records + 1, column: 1 },
        "there is no file control record (9)",
      );
    }
  }

  #begin(record: NachaRecord): void {
    const secClass = field(record, 51, 53);
    if (secClass === "ADV") throw misplaced(record, 51, "accounting advices (ADV) are not read");
    this.#batches++;
    this.#ofBatch = new Totals();
    this.#batch = {
      serviceClass: digits(record, 2, 4),
      company: field(record, 5, 20),
      companyId: field(record, 41, 50),
      secClass,
      odfi: digits(record, 80, 87),
      number: digits(record, 88, 94),
    };
  }

  #entry(record: NachaRecord, file: NachaFile, batch: NachaBatch): Row {
    const code = digits(record, 2, 3);
    const amount = BigInt(digits(record, 30, 39));
    // Transaction codes that end with 1 to 4 are credits, 5 to 9 debits.
    const isCredit = code.endsWith("1") || code.endsWith("2") || code.endsWith("3") || code.endsWith("4");
    this.#ofBatch.entries++;
    this.#ofBatch.hash += BigInt(digits(record, 4, 11));
    if (isCredit) this.#ofBatch.credits += amount;
    else this.#ofBatch.debits += amount;
    return entryRow(record, file, batch, { code, amount, isCredit });
  }

  #close(record: NachaRecord, batch: NachaBatch): void {
    const totals = this.#ofBatch;
    requireTotal(record, [2, 4], "the service class", BigInt(batch.serviceClass));
    requireTotal(record, [5, 10], "the number of entries and addenda", totals.entries);
    requireTotal(record, [11, 20], "the entry hash", totals.entryHash);
    requireTotal(record, [21, 32], "the sum of debits", totals.debits);
    requireTotal(record, [33, 44], "the sum of credits", totals.credits);
    requireTotal(record, [88, 94], "the number of the batch", BigInt(batch.number));
    this.#ofFile.add(totals);
    this.#batch = undefined;
  }

  #finish(record: NachaRecord): void {
    const totals = this.#ofFile;
    requireTotal(record, [2, 7], "the number of batches", this.#batches);
    // The number of blocks says how a file lies on a tape; many senders do not count them.
    requireTotal(record, [14, 21], "the number of entries and addenda", totals.entries);
    requireTotal(record, [22, 31], "the entry hash", totals.entryHash);
    requireTotal(record, [32, 43], "the sum of debits", totals.debits);
    requireTotal(record, [44, 55], "the sum of credits", totals.credits);
    this.#isOver = true;
  }
}

function readFileHeader(record: NachaRecord): NachaFile {
  if (field(record, 35, 40) !== "094101") throw misplaced(record, 35, "columns 35 to 40 must be 094101");
  const [year, month, day] = [24, 26, 28].map((from) => digits(record, from, from + 1));
  // The time may be left out. It is the sender's own, without a zone.
  const time = /^\d{4}$/.test(field(record, 30, 33)) ? field(record, 30, 33) : "0000";
  const origin = field(record, 14, 23);
  return {
    messageId: `${origin}-${year}${month}${day}${time}-${field(record, 34, 34)}`,
    creationDateTime: `20${year}-${month}-${day}T${time.slice(0, 2)}:${time.slice(2)}:00Z`,
  };
}
