import { BinaryColumns, ELEMENT } from "../database/binary.ts";
import { hashRow, type DecisionRow, type Writer } from "./row.ts";

interface Column {
  name: string;
  type: keyof typeof ELEMENT;
  write: (columns: BinaryColumns, row: DecisionRow) => void;
}

const TABLE: readonly Column[] = [
  { name: "id", type: "uuid", write: (to, row) => to.uuid(row.id) },
  { name: "idempotency_key", type: "text", write: (to, row) => to.text(row.idempotencyKey) },
  { name: "fingerprint", type: "bytea", write: (to, row) => to.hex(row.fingerprint) },
  { name: "transaction", type: "json", write: (to, row) => to.text(row.transaction) },
  { name: "amount", type: "int8", write: (to, row) => to.int8(row.amount) },
  { name: "currency", type: "text", write: (to, row) => to.text(row.currency) },
  { name: "debtor_account", type: "text", write: (to, row) => to.text(row.debtorAccount) },
  { name: "creditor_account", type: "text", write: (to, row) => to.text(row.creditorAccount) },
  { name: "outcome", type: "text", write: (to, row) => to.text(row.outcome) },
  { name: "score", type: "int4", write: (to, row) => to.int4(row.score) },
  { name: "reasons", type: "json", write: (to, row) => to.text(row.reasons) },
  { name: "rule_set_version", type: "int4", write: (to, row) => to.int4(row.ruleSet.version) },
  { name: "rule_set_hash", type: "bytea", write: (to, row) => to.hex(row.ruleSet.hash) },
  { name: "rule_results", type: "json", write: (to, row) => to.text(row.results) },
  { name: "facts", type: "json", write: (to, row) => to.text(row.facts) },
  { name: "received_at", type: "timestamptz", write: (to, row) => to.time(row.receivedAt) },
  { name: "decided_at", type: "timestamptz", write: (to, row) => to.time(row.decidedAt) },
  { name: "observed", type: "bool", write: (to, row) => to.boolean(row.observed) },
];

/** The columns that differ from row to row, as `insert into … select … from unnest(…)` names them. */
export const COLUMNS = {
  names: [...TABLE.map(({ name }) => name), "row_hash"].join(", "),
  /** Parameters from `$first` on, one array each. */
  parameters: (first: number): string =>
    [...TABLE.map(({ type }) => type), "bytea"]
      .map((type, index) => `$${first + index}::${type}[]`)
      .join(", "),
};

/** Values of the parameters that COLUMNS names, with the hash of each row, written into `columns`. */
export function columnsOf(columns: BinaryColumns, rows: readonly DecisionRow[], writer: Writer): Buffer[] {
  columns.clear();
  const values = TABLE.map(({ type, write }) => columns.column(ELEMENT[type], rows, write));
  const hashes = rows.map((row) => hashRow(row, writer));
  values.push(columns.column(ELEMENT.bytea, hashes, (to, digits) => to.hex(digits)));
  return values;
}
