import { dollars } from "../../amounts.ts";
import { words } from "../../claims.ts";
import type { BillTable, ReportClaim, VerifyCheck, VerifyReport } from "../../report.ts";
import { claimedText, dateText, foundText, limitText, momentText, remedyPriceText } from "../figures.ts";
import { changesOf, pagesOf, topicsOf } from "../overview.ts";
import { originOf, placeText } from "../sentences.ts";
import type { Line } from "./fit.ts";
import { code, link, plain, row, tableHead } from "./text.ts";

/** A part of the report, which has so many characters of room and what those before it left. */
export interface Section {
  readonly heading: string;
  /** Whether it is folded away. */
  readonly isFolded: boolean;
  /** What comes before the lines. */
  readonly head: string;
  readonly lines: readonly Line[];
  readonly room: number;
}

/**
 * In the order in which they are shown; one without lines is left out.
 * @param room characters, for all of them. What fails has all that the others do not have of their own.
 */
export function sectionsOf(report: VerifyReport, room: number): Section[] {
  const others = [
    comparison(report),
    inconclusive(report),
    ...report.bills.map(bill),
    holding(report),
    notes(report),
    basis(report),
  ];
  const left = others.reduce((left, section) => left - section.room, room);
  return [failing(report, left), ...others].filter(({ lines }) => lines.length > 0);
}

function failing({ checks }: VerifyReport, room: number): Section {
  const topics = topicsOf(checks.filter(({ verdict }) => verdict === "fails"));
  const lines = topics.flatMap(({ checks }) =>
    checks.map((check, index) => ({
      name: check.id,
      // The document's words stand once, beside the first of what was found about them.
      text: row(index === 0 || check.claim === null ? claimOf(check) : "", findingOf(check), remedyOf(check)),
    })),
  );
  const head = tableHead("The document says", "What was found", "Remedy");
  return { heading: "What fails", isFolded: false, head, lines, room };
}

function inconclusive({ checks }: VerifyReport): Section {
  const those = checks.filter(({ verdict }) => verdict === "inconclusive");
  const lines = those.map((check) => ({
    name: check.id,
    text: `- **${plain(check.title)}** (${check.source}): ${plain(check.says)}`,
  }));
  return { heading: `What is not known: ${those.length}`, isFolded: true, head: "", lines, room: 6_000 };
}

function holding({ checks }: VerifyReport): Section {
  const those = checks.filter(({ verdict }) => verdict === "holds");
  const lines = those.map((check) => ({
    name: check.id,
    text: row(plain(check.title), figureOf(check), sourceOf(check)),
  }));
  const head = tableHead("Check", "Figure", "Source");
  return { heading: `What holds: ${those.length}`, isFolded: true, head, lines, room: 6_000 };
}

function comparison(report: VerifyReport): Section {
  const lines = changesOf(report).map(({ id, title, from, to }) => ({
    name: id,
    text: row(plain(title), from ?? "new", to === "fails" ? "**fails**" : (to ?? "gone")),
  }));
  const heading = `Since ${momentText(report.comparedWith?.at ?? "")}`;
  return { heading, isFolded: false, head: tableHead("Check", "Was", "Is"), lines, room: 4_000 };
}

function bill({ environment, perMonth, claimed, rows }: BillTable): Section {
  const lines = rows.map(({ component, perMonth, claimed }) => ({
    name: component,
    text: row(
      plain(component),
      claimed === null ? "no row" : plain(claimedText(claimed)),
      perMonth === null ? "no such part" : plain(dollars(perMonth)),
    ),
  }));
  const total = claimed === null ? "" : `; the document says ${claimedText(claimed)}`;
  const heading = `What ${environment} costs: ${dollars(perMonth)} a month${total}`;
  return { heading, isFolded: true, head: tableHead("Component", "Document", "Bill"), lines, room: 2_500 };
}

function notes({ notes }: VerifyReport): Section {
  const lines = notes.map(({ about, decision, statements }) => ({
    name: about,
    text: `- **${plain(about)}**: ${plain(decision)} ${statements.map(wordsOf).join("; ")}`,
  }));
  const heading = `Where the document contradicts itself or leaves open: ${notes.length}`;
  return { heading, isFolded: true, head: "", lines, room: 3_000 };
}

function wordsOf({ text, line, document }: ReportClaim): string {
  return `“${plain(text)}” (${plain(placeText(line, document))})`;
}

function basis(report: VerifyReport): Section {
  const { versions, substitutes } = report;
  const made = `Plumbline ${versions.plumbline}, Node ${versions.node}, ${versions.machine}`;
  const lines = [
    { name: "versions", text: `- ${plain(made)}` },
    ...substitutes.map(({ part, declared, runs, reason }) => ({
      name: part,
      text: `- ${code(part)}: in place of ${plain(declared)} ran ${plain(runs)}. ${plain(reason)}`,
    })),
    ...pagesOf(report).map(({ page, asOf }) => ({
      name: page,
      text: `- ${link(page)}, ${plain(dateText(asOf))}`,
    })),
  ];
  return { heading: "What it rests on", isFolded: true, head: "", lines, room: 4_000 };
}

function claimOf({ claim, claimLine, claimDocument, part }: VerifyCheck): string {
  if (claim === null) return plain(part ?? "");
  const place = placeText(claimLine, claimDocument);
  return `“${plain(words(claim))}”${place === "" ? "" : `<br>${plain(place)}`}`;
}

function findingOf(check: VerifyCheck): string {
  const figure = figureOf(check);
  return `**${plain(check.title)}**<br>${figure === "" ? "" : `${figure}; `}${sourceOf(check)}<br>${plain(check.says)}`;
}

function sourceOf(check: VerifyCheck): string {
  return plain([check.source, ...originOf(check)].join(", "));
}

function figureOf(check: VerifyCheck): string {
  const [figure, limit] = [foundText(check), limitText(check)];
  const against = limit === null ? "" : ` (${limit})`;
  return figure === null ? "" : plain(`${figure}${against}`);
}

function remedyOf({ remedy, remedyPerMonth }: VerifyCheck): string {
  if (remedy === null) return "";
  const price = remedyPriceText(remedyPerMonth);
  return `${plain(remedy)}${price === null ? "" : ` **${plain(price)}**`}`;
}
