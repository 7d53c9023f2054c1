import { createHash } from "node:crypto";
import type { VerifyReport } from "../report.ts";
import { html, inline, type Markup } from "./markup.ts";
import { bills } from "./page/bill.ts";
import { comparison, notes, planned } from "./page/document.ts";
import { headline } from "./page/headline.ts";
import { navigation } from "./page/navigation.ts";
import { plots } from "./page/plots.ts";
import { provenance } from "./page/provenance.ts";
import { SCRIPT } from "./page/script.ts";
import { STYLE } from "./page/style.ts";
import { failing, holding, inconclusive } from "./page/verdicts.ts";

/**
 * The report as one page that needs nothing else: no network, no server. The policy in it forbids any request, any script
 * but the one below and any style but the one below, should a claim ever get past the escaping.
 */
export function renderHtml(report: VerifyReport): string {
  const policy = `default-src 'none'; style-src '${hashOf(STYLE)}'; script-src '${hashOf(SCRIPT)}'; img-src data:; base-uri 'none'; form-action 'none'`;
  const parts: readonly (readonly [id: string, name: string, content: Markup | null])[] = [
    ["fails", "What fails", failing(report)],
    ["inconclusive", "What is not known", inconclusive(report)],
    ["holds", "What holds", holding(report)],
    ["bill", "What it costs", bills(report)],
    ["times", "Times against promises", plots(report)],
    ["changes", "Since the last report", comparison(report)],
    ["notes", "Contradictions", notes(report)],
    ["planned", "Announced for later", planned(report)],
    ["provenance", "What it rests on", provenance(report)],
  ];
  const there = parts.filter(([, , content]) => content !== null);
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="referrer" content="no-referrer" />
        <meta name="color-scheme" content="light dark" />
        <link rel="icon" href="data:," />
        <title>${report.architecture}, ${report.environment}: Plumbline verification</title>
        ${inline("style", STYLE)}
      </head>
      <body>
        <a class="skip" href="#results">To the results</a>
        ${headline(report)}
        <div class="layout">
          ${navigation(
            report,
            there.map(([id, name]) => [id, name]),
          )}
          <main id="results" tabindex="-1">${there.map(([, , content]) => content)}</main>
        </div>
        ${inline("script", SCRIPT)}
      </body>
    </html> `;
  return page.text;
}

function hashOf(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}
