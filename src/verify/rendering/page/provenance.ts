import { digits } from "../../amounts.ts";
import type { VerifyReport } from "../../report.ts";
import { countText } from "../figures.ts";
import { type Content, html, type Markup } from "../markup.ts";
import { pagesOf } from "../overview.ts";
import { folded, reference, section } from "./parts.ts";

/** What the figures rest on. */
export function provenance(report: VerifyReport): Markup {
  const content = html`${facts(report)} ${substitutes(report)} ${timings(report)} ${pages(report)}`;
  return section("provenance", "What it rests on", content);
}

function facts({ architecture, environment, region, document, at, seconds, versions }: VerifyReport): Markup {
  const rows: readonly (readonly [string, string])[] = [
    ["Architecture", `${architecture}, ${environment}, ${region}`],
    ...(document === null ? [] : [["Document", document] as const]),
    ["Made", `${at}, in ${digits(seconds)} s`],
    ["Made by", `Plumbline ${versions.plumbline}, Node ${versions.node}`],
    ["Machine", versions.machine],
  ];
  return html`<dl>
    ${rows.map(
      ([name, value]) =>
        html`<div>
          <dt>${name}</dt>
          <dd>${value}</dd>
        </div>`,
    )}
  </dl>`;
}

function substitutes({ substitutes }: VerifyReport): Markup | null {
  if (substitutes.length === 0) return null;
  const rows = substitutes.map(({ part, declared, runs, reason }) => [
    html`<code>${part}</code>`,
    declared,
    runs,
    reason,
  ]);
  const title = "What ran in place of what AWS runs";
  return html`<h3>${title}</h3>
    ${table(title, ["Part", "AWS runs", "Here ran", "Why"], rows)}`;
}

function timings({ timings }: VerifyReport): Markup | null {
  if (timings.length === 0) return null;
  const rows = timings.map((each) => [html`<code>${each.id}</code>`, each.says, reference(each)]);
  const title = "AWS's timings that were simulated with";
  return html`<h3>${title}</h3>
    ${folded(countText(rows.length, "timing"), table(title, ["Timing", "What it is", "Page"], rows))}`;
}

function pages(report: VerifyReport): Markup | null {
  const pages = pagesOf(report);
  if (pages.length === 0) return null;
  const list = pages.map((page) => html`<li>${reference(page, page.page.replace(/^https?:\/\//, ""))}</li>`);
  return html`<h3>Pages that say so</h3>
    ${folded(
      countText(pages.length, "page"),
      html`<ul class="pages">
        ${list}
      </ul>`,
    )}`;
}

/** The first cell of a row is its name. What is too wide for a phone is scrolled. */
function table(label: string, titles: readonly string[], rows: readonly (readonly Content[])[]): Markup {
  const body = rows.map(
    ([name = null, ...cells]) =>
      html`<tr>
        <th scope="row">${name}</th>
        ${cells.map((cell) => html`<td>${cell}</td>`)}
      </tr>`,
  );
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${label}">
    <table class="wide">
      <thead>
        <tr>
          ${titles.map((title) => html`<th scope="col">${title}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${body}
      </tbody>
    </table>
  </div>`;
}
