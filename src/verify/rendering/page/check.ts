import type { VerifyCheck } from "../../report.ts";
import { countText, foundText, limitText, remedyPriceText } from "../figures.ts";
import { html, type Markup } from "../markup.ts";
import { sourceBadge } from "../plots/marker.ts";
import { stepsPlot } from "../plots/steps.ts";
import { strip } from "../plots/strip.ts";
import { originOf } from "../sentences.ts";
import { folded, quote, reference } from "./parts.ts";

/** A check in full: the figure against its limit at one side, what it says and what would help at the other. */
export function fullCheck(check: VerifyCheck): Markup {
  return html`<article class="check full ${check.verdict}" ${address(check)}>
    <h4>${check.title}</h4>
    <div class="figures">${found(check)}${strip(check)}${origin(check)}</div>
    <div class="text">${body(check)}</div>
  </article>`;
}

/** A check in one line, which opens. The claim is within, as nothing stands around it. */
export function foldedCheck(check: VerifyCheck): Markup {
  return html`<details class="check folded ${check.verdict}" ${address(check)}>
    <summary><span class="title">${check.title}</span>${found(check)}${sourceBadge(check.source)}</summary>
    <div class="text">${claimOf(check)}${strip(check)}${origin(check)} ${body(check)}</div>
  </details>`;
}

/** A check of which no more is known than what it is about: why stands elsewhere. */
export function plainCheck(check: VerifyCheck): Markup {
  return html`<article class="check plain ${check.verdict}" ${address(check)}>
    <div class="text">
      <h4>${check.title}</h4>
      ${claimOf(check)}${remedy(check)}${footer(check)}
    </div>
    <div>${sourceBadge(check.source)}${found(check)}</div>
  </article>`;
}

function address({ id, source, verdict }: VerifyCheck): Markup {
  return html`id="check-${id}" data-check="${id}" data-source="${source}" data-verdict="${verdict}"`;
}

function claimOf({ claim, claimLine, claimDocument }: VerifyCheck): Markup | null {
  return claim === null ? null : html`<p class="claim">${quote(claim, claimLine, claimDocument)}</p>`;
}

function found(check: VerifyCheck): Markup | null {
  const [figure, limit] = [foundText(check), limitText(check)];
  if (figure === null && limit === null) return null;
  return html`<p class="found">
    <strong>${figure ?? "–"}</strong>${limit === null ? null : html` <span>${limit}</span>`}
  </p>`;
}

function body(check: VerifyCheck): Markup {
  const steps = check.series?.kind === "steps" ? stepsPlot(check.series) : null;
  return html`<p class="says">${check.says}</p>
    ${remedy(check)}${footer(check)}${steps === null ? null : folded("What happens when", steps)}`;
}

function remedy({ remedy, remedyPerMonth }: VerifyCheck): Markup | null {
  if (remedy === null) return null;
  const price = remedyPriceText(remedyPerMonth);
  return html`<p class="remedy">
    <strong>Remedy:</strong>
    ${remedy}${price === null ? null : html` <span class="price">${price}</span>`}
  </p>`;
}

/** Where the figure comes from. */
function origin(check: VerifyCheck): Markup {
  return html`<p class="origin">
    ${sourceBadge(check.source)}${originOf(check).map((text) => html`<span>${text}</span>`)}
  </p>`;
}

/** More pages than this are folded away: a total rests on those of all its parts. */
const MOST_PAGES = 3;

/** What to look it up by. */
function footer({ id, part, references }: VerifyCheck): Markup {
  const pages = references.map((each) => reference(each));
  const isLong = pages.length > MOST_PAGES;
  const names = [part, id].filter((name) => name !== null).map((name) => html`<code>${name}</code> `);
  return html`<p class="footer">${names}${isLong ? null : pages}</p>
    ${isLong ? folded(countText(pages.length, "page"), html`<p class="footer">${pages}</p>`) : null}`;
}
