import { digits, field, type NachaRecord } from "./nacha-records.ts";
import type { Row } from "./row.ts";

export interface NachaFile {
  readonly messageId: string;
  /** In UTC: the format has no time zone. */
  readonly creationDateTime: string;
}

export interface NachaBatch {
  readonly serviceClass: string;
  readonly company: string;
  readonly companyId: string;
  /** Standard entry class. */
  readonly secClass: string;
  /** The originator's bank: the first eight digits of its routing number. */
  readonly odfi: string;
  readonly number: string;
}

/** Columns of the receiver's name, by standard entry class. Of other classes no entry is a payment between two accounts. */
const NAME: Readonly<Record<string, readonly [number, number]>> = {
  ...Object.fromEntries(
    ["PPD", "CCD", "WEB", "TEL", "ARC", "BOC", "POP", "POS", "RCK", "MTE"].map((name) => [name, [55, 76]]),
  ),
  CIE: [40, 54],
  CTX: [59, 74],
};

/** The payment of an entry: from the company to the receiver where it is a credit, the other way where it is a debit. */
export function entryRow(
  record: NachaRecord,
  file: NachaFile,
  batch: NachaBatch,
  { code, amount, isCredit }: { code: string; amount: bigint; isCredit: boolean },
): Row {
  const { line } = record;
  const columns = NAME[batch.secClass];
  if (columns === undefined) {
    return refused(
      line,
      "entry_class_unknown",
      `is an entry of the class ${batch.secClass}, which is not read`,
    );
  }
  // Transaction codes that end with 1 or 6: of a payment that was made before.
  if (/[16]$/.test(code)) {
    return refused(line, "entry_return", "is a return or a notification of change, and no payment");
  }
  // Account numbers are a bank's own: its routing number tells them apart.
  const company = party(batch.company, `${batch.odfi}-${batch.companyId}`);
  const receiver = party(field(record, ...columns), `${digits(record, 4, 12)}-${field(record, 13, 29)}`);
  const [debtor, creditor] = isCredit ? [company, receiver] : [receiver, company];
  return {
    line,
    body: {
      messageId: file.messageId,
      endToEndId: field(record, 80, 94),
      creationDateTime: file.creationDateTime,
      instructedAmount: { value: amount.toString(), currency: "USD" },
      debtor,
      creditor,
    },
  };
}

function refused(line: number, code: string, message: string): Row {
  return { line, reasons: [{ code, message, pointer: "" }] };
}

function party(name: string, account: string) {
  return { ...(name !== "" && { name }), account: { other: account }, country: "US" };
}
