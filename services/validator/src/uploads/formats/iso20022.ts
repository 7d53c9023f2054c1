import { ControlTotals } from "./control-totals.ts";
import { paymentRow, summedAmount } from "./iso20022-payment.ts";
import { FileFault, type Row } from "./row.ts";
import { XmlReader, type Element } from "./xml-tree.ts";

/** Where the transactions of a message are, and what is around them. */
interface Message {
  readonly root: string;
  /** Holds what several transactions share; undefined where there is no such level. */
  readonly group: string | undefined;
}

// pain.001.001.03 and .09, pacs.008.001.02 to .08 and those between and after them do not differ in what is read here; nor
// do the variants that Germany (pain.001.002 and .003) and Switzerland (in a namespace of SIX) have made of them.
const MESSAGES: Readonly<Record<string, Message>> = {
  "pain.001": { root: "CstmrCdtTrfInitn", group: "PmtInf" },
  "pacs.008": { root: "FIToFICstmrCdtTrf", group: undefined },
};
const NAMESPACE =
  /^(?:urn:iso:std:iso:20022:tech:xsd:|http:\/\/www\.six-interbank-clearing\.com\/de\/)([a-z]{4}\.\d{3})\.00[123]\.\d{2}(?:\.ch\.\d{2}\.xsd)?$/;
const TRANSACTION = "CdtTrfTxInf";

/** Credit transfers of ISO 20022: pain.001 and pacs.008. NbOfTxs and CtrlSum must be right. */
export async function* readIso20022(text: AsyncIterable<string>): AsyncGenerator<Row[]> {
  let rows: Row[] = [];
  const reader = new MessageReader((row) => rows.push(row));
  for await (const chunk of text) {
    reader.write(chunk);
    if (rows.length === 0) continue;
    yield rows;
    rows = [];
  }
  reader.end();
}

class MessageReader {
  readonly #xml = new XmlReader(new Set([TRANSACTION, "PmtInf"]), (element, around) =>
    this.#closed(element, around),
  );
  readonly #onRow: (row: Row) => void;
  readonly #ofMessage = new ControlTotals();
  #ofGroup = new ControlTotals();
  #document: { readonly element: Element; readonly message: Message } | undefined;
  #messages = 0;

  constructor(onRow: (row: Row) => void) {
    this.#onRow = onRow;
  }

  write(text: string): void {
    this.#xml.write(text);
  }

  end(): void {
    this.#xml.end();
    if (this.#messages === 0) throw new FileFault("message_unknown");
  }

  #closed(element: Element, around: readonly Element[]): void {
    const document =
      around.find(({ name }) => name === "Document") ?? (element.name === "Document" ? element : undefined);
    if (document === undefined) return;
    if (this.#document?.element !== document) {
      const outside = around.includes(document) ? around.slice(0, around.indexOf(document)) : around;
      this.#document = { element: document, message: messageOf(document, outside) };
    }
    const { root, group } = this.#document.message;
    const parent = around.at(-1);
    if (element.name === TRANSACTION && parent?.name === (group ?? root))
      this.#transaction(element, around, root);
    else if (element.name === group && parent?.name === root) {
      this.#ofGroup.require(element, { isRequired: false });
      this.#ofMessage.add(this.#ofGroup);
      this.#ofGroup = new ControlTotals();
    } else if (element.name === root && parent === document) {
      if (group === undefined) this.#ofMessage.add(this.#ofGroup);
      const header = element.children.find(({ name }) => name === "GrpHdr");
      this.#ofMessage.require(header ?? element, { isRequired: true });
      if (++this.#messages > 1)
        throw new FileFault(
          "message_unknown",
          { line: element.line, column: 1 },
          "there is a second message",
        );
    }
  }

  #transaction(element: Element, around: readonly Element[], root: string): void {
    const message = around.find(({ name }) => name === root);
    const group = around.at(-1);
    const header = message?.children.find(({ name }) => name === "GrpHdr");
    this.#ofGroup.count(summedAmount(element));
    this.#onRow(paymentRow(element, { header, group: group === message ? undefined : group }));
  }
}

/** By the namespace of the document, which an element around it, the innermost last, may have declared. */
function messageOf(document: Element, around: readonly Element[]): Message {
  const declaration = document.prefix === "" ? "xmlns" : `xmlns:${document.prefix}`;
  const namespace = [...around, document]
    .toReversed()
    .map(({ attributes }) => attributes[declaration])
    .find((found) => found !== undefined);
  const message = MESSAGES[NAMESPACE.exec(namespace ?? "")?.[1] ?? ""];
  if (message !== undefined) return message;
  const detail =
    namespace === undefined ? "its Document has no namespace" : `it is in ${namespace.slice(0, 100)}`;
  throw new FileFault("message_unknown", { line: document.line, column: 1 }, detail);
}
