// Files as senders make them, for tests and benches.
import type { TransactionBody } from "../../transactions/schema.ts";
import { CSV_COLUMNS } from "../formats/csv.ts";

const quoted = (cell: string) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);

function at(body: unknown, path: string): unknown {
  return path
    .split(".")
    .reduce<unknown>((part, step) => (part as Record<string, unknown> | undefined)?.[step], body);
}

export const CSV_HEADER = `${CSV_COLUMNS.join(",")}\n`;

export function csvLine(payment: TransactionBody): string {
  return `${CSV_COLUMNS.map((column) => quoted(String(at(payment, column) ?? ""))).join(",")}\n`;
}

export function csvFile(payments: readonly TransactionBody[]): string {
  return CSV_HEADER + payments.map(csvLine).join("");
}

export function ndjsonFile(payments: readonly TransactionBody[]): string {
  return payments.map((payment) => `${JSON.stringify(payment)}\n`).join("");
}

const escaped = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

interface MessageOptions {
  readonly count?: number;
  readonly sum?: string;
  /** Stands between the XML declaration and the root. */
  readonly doctype?: string;
}

const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n';

/** pain.001.001.09 with all payments in one group, whose debtor is that of the first. */
export function pain001(
  payments: readonly TransactionBody[],
  { count, sum, doctype = "" }: MessageOptions = {},
): string {
  const [first] = payments as [TransactionBody];
  const transactions = payments.map(
    (payment) => `<CdtTrfTxInf><PmtId><EndToEndId>${escaped(payment.endToEndId)}</EndToEndId></PmtId>
<Amt><InstdAmt Ccy="${payment.instructedAmount.currency}">${major(payment)}</InstdAmt></Amt>
${partyXml(payment, "creditor", "Cdtr", "BICFI")}</CdtTrfTxInf>\n`,
  );
  return `${DECLARATION}${doctype}<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09">
<CstmrCdtTrfInitn><GrpHdr><MsgId>${first.messageId}</MsgId><CreDtTm>${first.creationDateTime}</CreDtTm>
<NbOfTxs>${count ?? payments.length}</NbOfTxs><CtrlSum>${sum ?? total(payments)}</CtrlSum></GrpHdr>
<PmtInf><PmtInfId>P1</PmtInfId><PmtMtd>TRF</PmtMtd>${partyXml(first, "debtor", "Dbtr", "BICFI")}
${transactions.join("")}</PmtInf></CstmrCdtTrfInitn></Document>\n`;
}

/** pacs.008.001.08 with a namespace prefix. */
export function pacs008(
  payments: readonly TransactionBody[],
  { count, sum, doctype = "" }: MessageOptions = {},
): string {
  const [first] = payments as [TransactionBody];
  const transactions = payments.map(
    (payment) => `<CdtTrfTxInf><PmtId><EndToEndId>${escaped(payment.endToEndId)}</EndToEndId></PmtId>
<IntrBkSttlmAmt Ccy="${payment.instructedAmount.currency}">${major(payment)}</IntrBkSttlmAmt>
${partyXml(payment, "debtor", "Dbtr", "BICFI")}${partyXml(payment, "creditor", "Cdtr", "BICFI")}</CdtTrfTxInf>\n`,
  );
  const body = `<Document><FIToFICstmrCdtTrf><GrpHdr><MsgId>${first.messageId}</MsgId>
<CreDtTm>${first.creationDateTime}</CreDtTm><NbOfTxs>${count ?? payments.length}</NbOfTxs>
<CtrlSum>${sum ?? total(payments)}</CtrlSum></GrpHdr>${transactions.join("")}</FIToFICstmrCdtTrf></Document>`;
  const prefixed = body.replaceAll(/<(\/?)(?=\w)/g, "<$1p:");
  const namespace = 'xmlns:p="urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08"';
  return `${DECLARATION}${doctype}${prefixed.replace("<p:Document>", `<p:Document ${namespace}>`)}\n`;
}

/** With two decimals: the tests pay in currencies that have them. */
function major({ instructedAmount }: TransactionBody): string {
  return decimal(BigInt(instructedAmount.value));
}

function total(payments: readonly TransactionBody[]): string {
  return decimal(payments.reduce((sum, { instructedAmount }) => sum + BigInt(instructedAmount.value), 0n));
}

function decimal(cents: bigint): string {
  const digits = cents.toString().padStart(3, "0");
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

function partyXml(
  payment: TransactionBody,
  side: "debtor" | "creditor",
  tag: string,
  bicTag: string,
): string {
  const { name, account, agent, country } = payment[side];
  const id =
    account.iban === undefined ? `<Othr><Id>${account.other}</Id></Othr>` : `<IBAN>${account.iban}</IBAN>`;
  const bic = agent && `<${tag}Agt><FinInstnId><${bicTag}>${agent.bic}</${bicTag}></FinInstnId></${tag}Agt>`;
  return `<${tag}><Nm>${escaped(name)}</Nm><PstlAdr><Ctry>${country}</Ctry></PstlAdr></${tag}>
<${tag}Acct><Id>${id}</Id></${tag}Acct>${bic ?? ""}\n`;
}

const digits = (value: number | bigint, length: number) => value.toString().padStart(length, "0");
const text = (value: string, length: number) => value.slice(0, length).padEnd(length);

export interface NachaEntry {
  readonly code: "22" | "27";
  readonly routing: string;
  readonly account: string;
  readonly cents: number;
  readonly name: string;
}

/** A file of one PPD batch, filled up to blocks of ten records. `change` may falsify its records. */
export function nachaFile(
  entries: readonly NachaEntry[],
  { change = (records: string[]) => records, end = "\n" } = {},
): string {
  const hash = entries.reduce((sum, { routing }) => sum + BigInt(routing.slice(0, 8)), 0n) % 10n ** 10n;
  const sum = (code: string) =>
    entries.reduce((all, entry) => all + (entry.code === code ? BigInt(entry.cents) : 0n), 0n);
  const totals = `${digits(hash, 10)}${digits(sum("27"), 12)}${digits(sum("22"), 12)}`;
  const blocks = Math.ceil((entries.length + 4) / 10);
  const records = [
    `101 121042882 ${text("231380104", 9)}2602011200A094101${text("BANK", 23)}${text("COMPANY", 23)}${text("", 8)}`,
    `5200${text("ACME CORP", 16)}${text("", 20)}${text("1231380104", 10)}PPD${text("PAYROLL", 10)}${text("", 6)}260202   1231380100000001`,
    ...entries.map(
      ({ code, routing, account, cents, name }, index) =>
        `6${code}${routing}${text(account, 17)}${digits(cents, 10)}${text("", 15)}${text(name, 22)}  0${digits(23_138_010, 8)}${digits(index + 1, 7)}`,
    ),
    `8200${digits(entries.length, 6)}${totals}${text("1231380104", 10)}${text("", 25)}231380100000001`,
    `9000001${digits(blocks, 6)}${digits(entries.length, 8)}${totals}${text("", 39)}`,
  ];
  while (records.length % 10 !== 0) records.push("9".repeat(94));
  return change(records)
    .map((record) => record + end)
    .join("");
}
