import type { Verdict } from "#model/evidence.ts";
import type { VerifyReport } from "../../report.ts";
import { countText, momentText } from "../figures.ts";
import { html, type Markup } from "../markup.ts";
import { changesOf, countsBySource, VERDICTS } from "../overview.ts";
import { sourceBadge } from "../plots/marker.ts";
import { circumstances, verdictOf } from "../sentences.ts";

const NAMES: Readonly<Record<Verdict, readonly [one: string, many: string]>> = {
  fails: ["fails", "fail"],
  inconclusive: ["inconclusive", "inconclusive"],
  holds: ["holds", "hold"],
};

/** What was verified, and how it came out. */
export function headline(report: VerifyReport): Markup {
  const { architecture, environment, region, document } = report;
  return html`<header class="headline">
    <p class="eyebrow">Plumbline verification</p>
    <h1>${architecture} <span>${environment}, ${region}</span></h1>
    <p class="verdict">${verdictOf(report)}</p>
    <div class="counts">${VERDICTS.map((verdict) => count(verdict, report.counts[verdict]))}</div>
    ${bar(report)} ${bySource(report)}
    <p class="made">
      ${document === null ? null : html`The claims are those of <code>${document}</code>. `}${circumstances(report)}
    </p>
    ${since(report)}
  </header>`;
}

function count(verdict: Verdict, number: number): Markup {
  const [one, many] = NAMES[verdict];
  const text = html`<strong>${number}</strong> ${number === 1 ? one : many}`;
  return number === 0
    ? html`<span class="${verdict}">${text}</span>`
    : html`<a class="${verdict}" href="#${verdict}">${text}</a>`;
}

/** The counts as shares of one bar. */
function bar({ counts, checks }: VerifyReport): Markup | null {
  if (checks.length === 0) return null;
  let at = 0;
  const parts = VERDICTS.map((verdict) => {
    const [from, width] = [at, (counts[verdict] / checks.length) * 100];
    at += width;
    return html`<rect
      class="${verdict}"
      x="${from.toFixed(2)}%"
      width="${width.toFixed(2)}%"
      height="100%"
    />`;
  });
  return html`<svg class="bar" width="100%" height="6" aria-hidden="true">${parts}</svg>`;
}

function bySource({ checks }: VerifyReport): Markup {
  const rows = countsBySource(checks).map(
    ([source, counts]) =>
      html`<tr>
        <th scope="row">${sourceBadge(source)}</th>
        ${VERDICTS.map((verdict) => html`<td>${counts[verdict]}</td>`)}
        <td class="meaning">${MEANINGS[source]}</td>
      </tr>`,
  );
  return html`<table class="by-source">
    <caption>
      Checks by where their figure comes from
    </caption>
    <thead>
      <tr>
        <th scope="col">Source</th>
        ${VERDICTS.map((verdict) => html`<th scope="col">${verdict}</th>`)}
        <th scope="col" class="meaning">What it means</th>
      </tr>
    </thead>
    <tbody>
      ${rows}
    </tbody>
  </table>`;
}

const MEANINGS = {
  measured: "seen on a twin on one machine, with substitutes for what AWS runs",
  simulated: "the same controllers in virtual time, with AWS's own timings",
  computed: "follows from the architecture, from dated facts and prices",
  documented: "AWS says so, on the page and the day given",
} as const;

function since(report: VerifyReport): Markup | null {
  if (report.comparedWith === null) return null;
  const changes = changesOf(report);
  const text =
    changes.length === 0
      ? "nothing has changed"
      : countText(changes.length, "verdict has changed", "verdicts have changed");
  return html`<p class="made">
    <a href="#changes">Since the report of ${momentText(report.comparedWith.at)}</a> ${text}.
  </p>`;
}
