import type { Report } from "./report-schema.ts";

const HEADER = ["section", "name", "was", "would_be", "measure", "currency", "value"];

/** The report as CSV (RFC 4180), one measure a line, so that every line has the same columns. */
export function reportCsv(report: Report): string {
  return [HEADER, ...lines(report)].map((cells) => `${cells.map(quoted).join(",")}\r\n`).join("");
}

type Cell = string | number | null;
type Line = readonly Cell[];

function line(section: string, name: Cell, measure: string, value: Cell): Line {
  return [section, name, "", "", measure, "", value];
}

function* lines(report: Report): Generator<Line> {
  const { ruleSet, from, to, sample, transactions } = report;
  for (const [measure, value] of Object.entries({ ...ruleSet, from, to, sample }))
    yield line("about", "", measure, value);
  for (const measure of ["evaluated", "changed", "shareChanged"] as const)
    yield line("transactions", "", measure, transactions[measure]);
  for (const { why, transactions: count, examples } of transactions.notEvaluated) {
    yield line("not_evaluated", why, "transactions", count);
    for (const id of examples) yield line("not_evaluated", why, "example", id);
  }
  for (const { version, transactions: count } of report.decidedBy)
    yield line("decided_by", version, "transactions", count);
  for (const { was, wouldBe, transactions: count, amounts, examples } of report.outcomes) {
    yield ["outcomes", "", was, wouldBe, "transactions", "", count];
    for (const { currency, value } of amounts)
      yield ["outcomes", "", was, wouldBe, "amount", currency, value];
    for (const id of examples) yield ["outcomes", "", was, wouldBe, "example", "", id];
  }
  for (const { rule, was, wouldBe, newlyHitExamples, noLongerHitExamples, ...counts } of report.rules) {
    for (const [measure, value] of Object.entries(was)) yield line("rules", rule, `${measure}_was`, value);
    for (const [measure, value] of Object.entries(wouldBe))
      yield line("rules", rule, `${measure}_would_be`, value);
    for (const [measure, value] of Object.entries(counts)) yield line("rules", rule, measure, value);
    for (const id of newlyHitExamples) yield line("rules", rule, "newlyHit_example", id);
    for (const id of noLongerHitExamples) yield line("rules", rule, "noLongerHit_example", id);
  }
  const { was, wouldBe, higher, lower, distribution } = report.scores;
  for (const [measure, value] of Object.entries(was)) yield line("scores", "", `${measure}_was`, value);
  for (const [measure, value] of Object.entries(wouldBe))
    yield line("scores", "", `${measure}_would_be`, value);
  yield line("scores", "", "higher", higher);
  yield line("scores", "", "lower", lower);
  for (const bucket of distribution) {
    yield line("scores", bucket.from, "was", bucket.was);
    yield line("scores", bucket.from, "would_be", bucket.wouldBe);
  }
  for (const { kind, name, ...origins } of report.inputs)
    for (const [origin, value] of Object.entries(origins)) yield line(`inputs.${kind}`, name, origin, value);
}

function quoted(cell: Cell): string {
  const text = cell === null ? "" : String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
