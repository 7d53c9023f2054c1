import type { VerifyReport } from "../../report.ts";
import { html, type Markup } from "../markup.ts";
import { countsBySource, VERDICTS } from "../overview.ts";

/** Links to the parts of the page that are there, and what to show of the checks. */
export function navigation(
  report: VerifyReport,
  parts: readonly (readonly [id: string, name: string])[],
): Markup {
  const links = parts.map(([id, name]) => html`<li><a href="#${id}">${name}</a></li>`);
  return html`<nav aria-label="Parts of the report">
    <ul>
      ${links}
    </ul>
    ${filters(report)}
  </nav>`;
}

/** The boxes filter by CSS alone; the text needs the script, which shows it. */
function filters({ checks }: VerifyReport): Markup {
  const count = (verdict: string) => checks.filter((check) => check.verdict === verdict).length;
  return html`<form class="filters" aria-label="Checks to show">
    <fieldset>
      <legend>Verdict</legend>
      ${VERDICTS.map((verdict) => box(verdict, count(verdict)))}
    </fieldset>
    <fieldset>
      <legend>Source</legend>
      ${countsBySource(checks).map(([source, { fails, inconclusive, holds }]) =>
        box(source, fails + inconclusive + holds),
      )}
    </fieldset>
    <p class="search" hidden>
      <label for="search">Find</label><input type="search" id="search" autocomplete="off" /><output
        for="search"
        aria-live="polite"
      ></output>
    </p>
  </form>`;
}

function box(name: string, count: number): Markup {
  return html`<label
    ><input type="checkbox" id="show-${name}" checked autocomplete="off" /> ${name}
    <span class="count">${count}</span></label
  >`;
}
