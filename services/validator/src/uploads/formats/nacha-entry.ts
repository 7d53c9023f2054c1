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

/** What an entry is by its transaction code (Nacha Operating Rules, appendix three) where it is no payment. */
const NO_PAYMENTS: readonly { codes: RegExp; code: string; message: string }[] = [
  {
    codes: /[16]$/,
    code: "entry_return",
    message: "is a return or a notification of change, and no payment",
  },
  { codes: /^[2-5][38]$/, code: "entry_prenote", message: "is a prenotification, and no payment" },
  { codes: /^[2-5][49]$/, code: "entry_without_money", message: "carries remittance data, and no payment" },
  {
    codes: /^(?![2-4][27]$|52$|55$)/,
    code: "transaction_code_unknown",
    message: "has, in columns 2 and 3, a transaction code that there is not",
  },
];

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
  const other = NO_PAYMENTS.find(({ codes }) => codes.test(code));
  if (other !== undefined) return refused(line, other.code, other.message);
  const routing = digits(record, 4, 12);
  if (!isRoutingNumber(routing)) {
    const message = "has, in columns 4 to 12, a routing number whose check digit does not fit";
    return refused(line, "routing_number_checksum", message);
  }
  // Account numbers are a bank's own: its routing number tells them apart.
  const company = party(batch.company, numberAt(batch.odfi, batch.companyId));
  const receiver = party(field(record, ...columns), numberAt(routing, field(record, 13, 29)));
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

/** An entry with an addenda of type 98 or 99: a notification of change or a return, whatever its transaction code says. */
export function returnedRow({ line }: Row): Row {
  return refused(line, "entry_return", "is a return or a notification of change, and no payment");
}

/** The ninth digit makes the weighted sum a multiple of ten (ABA routing numbers). */
function isRoutingNumber(routing: string): boolean {
  const weights = [3, 7, 1];
  const sum = [...routing].reduce((all, digit, at) => all + Number(digit) * (weights[at % 3] as number), 0);
  return sum % 10 === 0;
}

/** A bank's number without that of an account names nobody. */
function numberAt(bank: string, account: string): string | undefined {
  return account === "" ? undefined : `${bank}-${account}`;
}

function refused(line: number, code: string, message: string): Row {
  return { line, reasons: [{ code, message, pointer: "" }] };
}

function party(name: string, account: string | undefined) {
  return {
    ...(name !== "" && { name }),
    ...(account !== undefined && { account: { other: account } }),
    country: "US",
  };
}
