import type { Verdict } from "#model/evidence.ts";
import { amount, digits, dollars } from "#verify/amounts.ts";
import { words } from "#verify/claims.ts";
import type { VerifyCheck, VerifyReport } from "#verify/report.ts";
import { style } from "../style.ts";

const PAINT = { holds: style.green, fails: style.red, inconclusive: style.yellow } as const;

/** What was found: what fails in full, what nobody can tell with its reason, and what holds in a line each. */
export function renderVerification(report: VerifyReport, { all }: { readonly all: boolean }): string {
  const { architecture, environment, checks, counts, fast, seconds, comparedWith } = report;
  const of = (verdict: Verdict) => checks.filter((each) => each.verdict === verdict);
  const held = of("holds");
  return [
    `${style.bold(architecture)} (${environment})${fast ? ", without a twin" : ""}: ${countsLine(counts)}, in ${seconds.toFixed(1)} s`,
    ...section("fails", of("fails").map(inFull)),
    ...section("inconclusive", of("inconclusive").map(inFull)),
    ...(all ? section("holds", held.map(inALine)) : []),
    ...changes(comparedWith),
    ...(all || held.length === 0 ? [] : ["", style.dim(`${held.length} checks hold; --all names them.`)]),
  ].join("\n");
}

function countsLine(counts: VerifyReport["counts"]): string {
  return (["fails", "inconclusive", "holds"] as const)
    .map((verdict) =>
      PAINT[verdict](
        `${counts[verdict]} ${verdict === "holds" ? "hold" : verdict === "fails" ? "fail" : verdict}`,
      ),
    )
    .join(", ");
}

function section(verdict: Verdict, blocks: readonly string[]): string[] {
  return blocks.length === 0 ? [] : ["", style.bold(PAINT[verdict](verdict.toUpperCase())), ...blocks];
}

function inFull(check: VerifyCheck): string {
  const { title, id, claim, claimLine, says, remedy, remedyPerMonth } = check;
  const price = remedyPerMonth === null || remedyPerMonth === 0 ? "" : ` (${priceText(remedyPerMonth)})`;
  return [
    `  ${PAINT[check.verdict]("●")} ${style.bold(title)}  ${figures(check)}  ${style.dim(provenance(check))}`,
    ...(claim === null ? [] : [style.dim(`      line ${claimLine}: "${words(claim)}"`)]),
    `      ${says}`,
    ...(remedy === null ? [] : [`      ${style.cyan("To make it true:")} ${remedy}${price}`]),
    style.dim(`      ${id}`),
  ].join("\n");
}

function inALine(check: VerifyCheck): string {
  return `  ${PAINT.holds("●")} ${check.title}  ${figures(check)}  ${style.dim(`${provenance(check)}  ${check.id}`)}`;
}

function figures({ figure, range, limit, limitFrom, sense, unit }: VerifyCheck): string {
  const found =
    range !== null
      ? `${amount(range.from, unit)} to ${amount(range.to, unit)}`
      : figure === null
        ? null
        : amount(figure, unit);
  if (found === null) return "";
  if (limit === null) return found;
  if (sense === null) return `${found}, against ${amount(limit, unit)}`;
  const promised =
    sense === "between"
      ? limitFrom === null || limitFrom === limit
        ? amount(limit, unit)
        : `${amount(limitFrom, unit)} to ${amount(limit, unit)}`
      : `${sense === "at-most" ? "at most" : "at least"} ${amount(limit, unit)}`;
  return `${found}, claimed ${promised}`;
}

function provenance({ source, profile, samples }: VerifyCheck): string {
  const parts = [
    source,
    profile === null ? null : `profile ${profile}`,
    samples > 1 ? `N = ${digits(samples)}` : null,
  ];
  return parts.filter((part) => part !== null).join(", ");
}

function priceText(perMonth: number): string {
  return perMonth < 0 ? `saves ${dollars(-perMonth)} a month` : `adds ${dollars(perMonth)} a month`;
}

function changes(compared: VerifyReport["comparedWith"]): string[] {
  if (compared === null) return [];
  if (compared.changes.length === 0) return ["", style.dim(`No verdict has changed since ${compared.at}.`)];
  return [
    "",
    style.bold(`Since ${compared.at}`),
    ...compared.changes.map(
      ({ title, id, from, to }) => `  ${painted(from)} → ${painted(to)}  ${title}  ${style.dim(id)}`,
    ),
  ];
}

/** There was, or is, no such check: that is a change as well. */
function painted(verdict: Verdict | null): string {
  return verdict === null ? "none" : PAINT[verdict](verdict);
}
