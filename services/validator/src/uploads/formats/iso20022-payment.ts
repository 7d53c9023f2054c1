import { minorUnitDigits } from "../../reference/currencies.ts";
import type { Row } from "./row.ts";
import { find, textAt, type Element } from "./xml-tree.ts";

/** What stands around a transaction. */
export interface Surroundings {
  readonly header: Element | undefined;
  /** PmtInf of pain.001, which has the debtor. */
  readonly group: Element | undefined;
}

/** A credit transfer as a transaction. What the file does not say is left out, and its row refused for it. */
export function paymentRow(payment: Element, { header, group }: Surroundings): Row {
  const amount = amountOf(payment);
  const currency = amount?.attributes["Ccy"];
  return {
    line: payment.line,
    body: pruned({
      messageId: textAt(header, "MsgId"),
      endToEndId: textAt(payment, "PmtId/EndToEndId"),
      creationDateTime: withOffset(textAt(header, "CreDtTm")),
      instructedAmount: pruned({
        value: amount && minorUnits(amount.text.trim(), currency),
        currency,
      }),
      debtor: party(find(payment, "Dbtr") ? payment : (group ?? payment), "Dbtr"),
      creditor: party(payment, "Cdtr"),
    }),
  };
}

/** The instructed amount (InstdAmt, or EqvtAmt in its place); of pacs.008, where it is not told, the settled one. */
function amountOf(payment: Element): Element | undefined {
  const paths = ["Amt/InstdAmt", "Amt/EqvtAmt/Amt", "InstdAmt", "IntrBkSttlmAmt"];
  return paths.map((path) => find(payment, path)).find((found) => found !== undefined);
}

/** What CtrlSum adds up: in pacs.008 the settled amount, in pain.001 the instructed one. */
export function summedAmount(payment: Element): string | undefined {
  return textAt(payment, "IntrBkSttlmAmt") ?? amountOf(payment)?.text.trim();
}

function party(holder: Element, role: "Dbtr" | "Cdtr") {
  const iban = textAt(holder, `${role}Acct/Id/IBAN`);
  const other = textAt(holder, `${role}Acct/Id/Othr/Id`);
  const bic = textAt(holder, `${role}Agt/FinInstnId/BICFI`, `${role}Agt/FinInstnId/BIC`);
  return pruned({
    name: textAt(holder, `${role}/Nm`),
    account: pruned(iban === undefined ? { other } : { iban }),
    agent: bic === undefined ? undefined : { bic },
    // The address may be left out; then the party is taken to be where its account is.
    country:
      textAt(holder, `${role}/PstlAdr/Ctry`, `${role}/CtryOfRes`) ?? iban?.slice(0, 2) ?? bic?.slice(4, 6),
  });
}

/** ISODateTime may have no offset; it is then taken for UTC. */
function withOffset(dateTime: string | undefined): string | undefined {
  if (dateTime === undefined) return undefined;
  return /(?:Z|[+-]\d{2}:\d{2})$/i.test(dateTime) ? dateTime : `${dateTime}Z`;
}

/** Whole minor units; the text itself where there are none, for the transaction's own check to refuse. */
function minorUnits(text: string, currency = ""): string {
  // An unknown currency is declined whatever the amount.
  const digits = minorUnitDigits.get(currency) ?? 2;
  const [matched, whole = "", decimals = ""] = /^\+?(\d*)(?:\.(\d*))?$/.exec(text) ?? [];
  const fraction = decimals.replace(/0+$/, "");
  if (matched === undefined || fraction.length > digits || whole + decimals === "") return text;
  return (whole + fraction.padEnd(digits, "0")).replace(/^0+(?=\d)/, "");
}

function pruned<T extends object>(fields: T): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}
