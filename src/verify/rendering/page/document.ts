import { amount } from "../../amounts.ts";
import type { ReportClaim, VerifyReport } from "../../report.ts";
import { momentText } from "../figures.ts";
import { checkLink } from "../check-link.ts";
import { html, type Markup } from "../markup.ts";
import { changesOf } from "../overview.ts";
import { quote, section } from "./parts.ts";

/** What is different since the last report. */
export function comparison(report: VerifyReport): Markup | null {
  if (report.comparedWith === null) return null;
  const changes = changesOf(report);
  const checks = new Map(report.checks.map((check) => [check.id, check]));
  const rows = changes.map(({ id, title, from, to }) => {
    const check = checks.get(id);
    const figure = check && check.figure !== null ? amount(check.figure, check.unit) : "";
    return html`<tr>
      <th scope="row">${check === undefined ? title : checkLink(id, title)}</th>
      <td>${from ?? "new"}</td>
      <td class="${to}">${to ?? "gone"}</td>
      <td class="number">${figure}</td>
    </tr>`;
  });
  const content =
    rows.length === 0
      ? html`<p>All verdicts are as they were.</p>`
      : html`<table class="wide">
          <thead>
            <tr>
              <th scope="col">Check</th>
              <th scope="col">Was</th>
              <th scope="col">Is</th>
              <th scope="col" class="number">Figure</th>
            </tr>
          </thead>
          <tbody>
            ${rows}
          </tbody>
        </table>`;
  return section("changes", `Since ${momentText(report.comparedWith.at)}`, content, { count: rows.length });
}

/** Where the document contradicts itself or cannot be followed, and what was decided. */
export function notes({ notes }: VerifyReport): Markup | null {
  if (notes.length === 0) return null;
  const all = notes.map(
    ({ about, statements, decision }) =>
      html`<section class="topic">
        <header>${statements.map(claim)}</header>
        <div>
          <h3>${about}</h3>
          <p>${decision}</p>
        </div>
      </section>`,
  );
  return section("notes", "Where the document contradicts itself or leaves open", html`${all}`, {
    count: notes.length,
    open: false,
  });
}

/** What the document announces for later. */
export function planned({ planned }: VerifyReport): Markup | null {
  if (planned.length === 0) return null;
  const content = html`<p>Recorded, and never counted as there.</p>
    ${planned.map(claim)}`;
  return section("planned", "Announced for later", content, { count: planned.length, open: false });
}

function claim({ text, line, document }: ReportClaim): Markup {
  return html`<p class="claim">${quote(text, line, document)}</p>`;
}
