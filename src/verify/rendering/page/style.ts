import { FILTERS } from "./style-filters.ts";
import { PLOTS } from "./style-plots.ts";

const COLOURS = `
:root {
  color-scheme: light dark;
  --page: #fff; --panel: #f6f7f8; --line: #e2e5e8; --strong-line: #878e95;
  --text: #1b1e21; --soft: #596067; --link: #1a5296;
  --fails: #b3261e; --inconclusive: #865500; --holds: #1c6b41;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #131517; --panel: #1b1e21; --line: #2d3236; --strong-line: #7d858c;
    --text: #e6e8ea; --soft: #a0a7ae; --link: #8cb8f2;
    --fails: #ff8b80; --inconclusive: #e5b65c; --holds: #74c498;
  }
}
.fails { --verdict: var(--fails); }
.inconclusive { --verdict: var(--inconclusive); }
.holds { --verdict: var(--holds); }
`;

const TEXT = `
*, ::before, ::after { box-sizing: border-box; }
html { scroll-behavior: smooth; -webkit-text-size-adjust: 100%; }
body {
  margin: 0 auto; max-width: 1280px; padding: 48px 40px 96px;
  background: var(--page); color: var(--text);
  font: 15px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
  font-variant-numeric: tabular-nums; overflow-wrap: break-word;
}
h1, h2, h3, h4, p, ul, dl, dd, figure, fieldset { margin: 0; padding: 0; border: 0; }
ul { list-style: none; }
h1 { font-size: 34px; line-height: 1.2; font-weight: 650; letter-spacing: -0.02em; }
h1 span { font-size: 18px; font-weight: 400; letter-spacing: 0; color: var(--soft); margin-left: 8px; }
h2 { display: inline; font-size: 22px; line-height: 1.3; font-weight: 600; letter-spacing: -0.01em; }
h3 { font-size: 16px; font-weight: 600; }
h4 { font-size: 15px; font-weight: 600; }
a { color: var(--link); text-underline-offset: 2px; text-decoration-thickness: 1px; text-decoration-color: color-mix(in srgb, currentColor 40%, transparent); }
a:hover { text-decoration-color: currentColor; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 3px; border-radius: 2px; }
main:focus { outline: none; }
small, .line, cite, .count, .eyebrow { color: var(--soft); font-size: 13px; }
.reference { overflow-wrap: anywhere; }
code { font: 12.5px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; color: var(--soft); overflow-wrap: anywhere; }
q, .plot .name { font-family: ui-serif, "Iowan Old Style", Charter, Georgia, "Times New Roman", serif; font-size: 16px; }
q { line-height: 1.45; }
cite { font-style: normal; display: block; margin-top: 2px; overflow-wrap: anywhere; }
.count { font-weight: 400; margin-left: 4px; }
.skip { position: absolute; left: -9999px; }
.skip:focus { left: 16px; top: 8px; background: var(--page); padding: 4px 8px; }
.source { white-space: nowrap; }
`;

const HEADLINE = `
.headline { max-width: 900px; margin-bottom: 56px; }
.eyebrow { margin-bottom: 10px; }
.verdict { font-size: 24px; line-height: 1.35; margin: 6px 0 28px; }
.counts { display: flex; flex-wrap: wrap; gap: 6px 36px; margin-bottom: 12px; }
.counts { color: var(--soft); }
.counts a { color: inherit; text-decoration: none; }
.counts a:hover { text-decoration: underline; }
.counts strong { font-size: 28px; line-height: 1.2; font-weight: 600; color: var(--verdict); margin-right: 4px; }
.bar { display: block; margin-bottom: 28px; border-radius: 3px; }
.bar rect { fill: var(--verdict); }
.by-source { margin-bottom: 24px; }
.by-source caption { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }
.by-source th, .by-source td { padding: 3px 20px 3px 0; font-weight: 400; text-align: right; font-size: 14px; }
.by-source th:first-child, .by-source .meaning { text-align: left; }
.by-source thead th, .by-source .meaning, .made { color: var(--soft); }
.made { font-size: 14px; }
`;

const LAYOUT = `
.layout { display: grid; grid-template-columns: 168px minmax(0, 1fr); gap: 56px; }
nav { position: sticky; top: 24px; align-self: start; font-size: 14px; max-height: calc(100vh - 48px); overflow-y: auto; }
nav a { display: block; padding: 3px 0; color: var(--text); text-decoration: none; }
nav a:hover { text-decoration: underline; }
.section { margin-bottom: 56px; scroll-margin-top: 16px; }
.section > summary { padding-bottom: 14px; border-bottom: 1px solid var(--strong-line); margin-bottom: 8px; }
summary { cursor: pointer; }
.section > p { margin: 16px 0; }
.part { margin: 32px 0 4px; color: var(--soft); font-weight: 400; }
.part:first-of-type { margin-top: 16px; }
.topic { display: grid; grid-template-columns: minmax(0, 250px) minmax(0, 1fr); gap: 12px 40px; padding: 26px 0; border-bottom: 1px solid var(--line); }
.topic > header, .reason > .says { position: sticky; top: 24px; align-self: start; }
.topic > header .claim + .claim { margin-top: 10px; }
.reason > .says { padding-right: 8px; }
.unsaid, .also { color: var(--soft); font-size: 13px; }
p.also { margin-top: 14px; }
`;

const CHECKS = `
.check { scroll-margin-top: 16px; }
.check.full { display: grid; grid-template: "figures title" auto "figures text" 1fr / 190px minmax(0, 1fr); gap: 4px 28px; }
.check.full > h4 { grid-area: title; }
.check.full > .figures { grid-area: figures; }
.check.full > .text { grid-area: text; }
.check.full + .check.full { margin-top: 32px; }
.found strong { display: block; font-size: 22px; line-height: 1.25; font-weight: 600; color: var(--verdict); }
.found span { color: var(--soft); font-size: 14px; }
.check .strip { margin: 6px 0; }
.remedy { margin-top: 8px; padding-left: 14px; border-left: 2px solid var(--strong-line); }
.remedy strong { font-weight: 400; color: var(--soft); }
.price { font-weight: 600; white-space: nowrap; }
.origin { font-size: 13px; color: var(--soft); }
.origin .source { display: block; font-size: 14px; color: var(--text); }
.origin span { display: block; }
.footer { display: flex; flex-wrap: wrap; gap: 2px 14px; margin-top: 8px; font-size: 13px; color: var(--soft); align-items: baseline; }
.more { margin-top: 6px; font-size: 14px; }
.text .more > summary { font-size: 13px; }
.more > summary { color: var(--link); }
.check.plain { display: grid; grid-template-columns: minmax(0, 1fr) 150px; gap: 4px 28px; padding-bottom: 16px; }
.check.plain:last-child { padding-bottom: 0; }
.check.plain h4 { font-weight: 400; }
.check.plain .found strong { display: none; }
.check.plain .claim { margin-top: 2px; }
.check.plain .claim q { font-size: 14px; color: var(--soft); }
.check.plain cite { display: inline; }
.check.plain .footer { margin-top: 4px; }
.check.folded .origin span { display: inline; margin-right: 14px; }
.check.folded { border-bottom: 1px solid var(--line); }
.check.folded > summary { display: grid; grid-template-columns: minmax(0, 1fr) 290px 100px; gap: 4px 20px; align-items: baseline; padding: 9px 0; list-style: none; }
.check.folded > summary::-webkit-details-marker { display: none; }
.check.folded > summary .title::before { content: "+"; display: inline-block; width: 18px; color: var(--soft); }
.check.folded[open] > summary .title::before { content: "−"; }
.check.folded > summary:hover .title { text-decoration: underline; text-decoration-thickness: 1px; text-underline-offset: 3px; }
.check.folded .found { text-align: right; font-size: 14px; }
.check.folded .found strong { display: inline; font-size: 15px; font-weight: 600; color: inherit; }
.check.folded > .text { padding: 2px 0 20px 18px; max-width: 680px; }
.check.folded > summary .source { grid-column: -2; }
.check.folded .source { font-size: 13px; color: var(--soft); }
.check:target > .text h4, .check:target > summary .title { text-decoration: underline 2px var(--link); text-underline-offset: 4px; }
`;

const TABLES = `
table { border-collapse: collapse; text-align: left; }
.wide { width: 100%; font-size: 14px; }
.wide caption { text-align: left; color: var(--soft); padding: 14px 0; }
.wide th, .wide td { padding: 8px 16px 8px 0; border-bottom: 1px solid var(--line); vertical-align: top; font-weight: 400; }
.wide th:last-child, .wide td:last-child { padding-right: 0; }
.wide thead th { color: var(--soft); vertical-align: bottom; }
.wide tfoot th, .wide tfoot td { font-weight: 600; border-bottom: 0; border-top: 1px solid var(--strong-line); }
.wide td.fails, .wide td.inconclusive, .wide td.holds, .wide td.fails a, .wide td.inconclusive a, .wide td.holds a { color: var(--verdict); }
.wide small { display: block; }
.wide .number { text-align: right; white-space: nowrap; }
.absent { color: var(--soft); }
.lines .component th { padding-top: 20px; font-weight: 600; }
.bill + .bill { margin-top: 32px; }
.scroll { overflow-x: auto; }
.scroll table { min-width: 560px; }
.scroll th { min-width: 130px; }
#provenance h3 { margin: 28px 0 6px; }
dl { margin-top: 16px; }
dl div { display: grid; grid-template-columns: 120px 1fr; padding: 2px 0; }
dt { color: var(--soft); }
.pages li { padding: 2px 0; font-size: 14px; overflow-wrap: anywhere; }
`;

const NARROW = `
@media (max-width: 1080px) {
  .layout { grid-template-columns: minmax(0, 1fr); gap: 32px; }
  nav { position: static; max-height: none; }
  nav > ul { display: flex; flex-wrap: wrap; gap: 2px 18px; }
}
@media (max-width: 860px) {
  .topic { grid-template-columns: minmax(0, 1fr); }
  .topic > header, .reason > .says { position: static; }
}
@media (max-width: 620px) {
  body { padding: 28px 18px 64px; }
  h1 span { display: block; margin-left: 0; }
  .verdict { font-size: 21px; }
  .by-source .meaning { display: none; }
  .check.full { grid-template: "title" "figures" "text" / minmax(0, 1fr); }
  .check.plain { grid-template-columns: minmax(0, 1fr); }
  .check.folded > summary { grid-template-columns: minmax(0, 1fr) auto; }
  .check.folded > summary .title { grid-column: 1 / -1; padding-left: 18px; text-indent: -18px; }
  .check.folded > summary .title::before { text-indent: 0; }
  .check.folded > summary .found { text-align: left; padding-left: 18px; grid-column: 1; }
  .wide th, .wide td { padding-right: 10px; }
  .wide .number { white-space: normal; }
}
`;

const PRINT = `
@media print {
  @page { margin: 18mm 16mm; }
  :root { --page: #fff; --panel: #fff; --line: #ccc; --strong-line: #777; --text: #000; --soft: #444; --link: #000; --fails: #a01810; --inconclusive: #6d4500; --holds: #145232; }
  body { max-width: none; padding: 0; font-size: 10pt; }
  nav, .skip { display: none; }
  .topic > header, .reason > .says { position: static; }
  .layout { display: block; }
  details::details-content { content-visibility: visible; display: block; }
  .topic { grid-template-columns: 150px minmax(0, 1fr); break-inside: auto; }
  .check.full { grid-template-columns: 130px minmax(0, 1fr); }
  .check, .plot .row, tr { break-inside: avoid; }
  summary, h2, h3, h4 { break-after: avoid; }
  .check.folded > summary .title::before { content: ""; width: 0; }
  svg { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
`;

/** How the page looks: on a wide screen, a phone, paper, by day and by night. */
export const STYLE = [COLOURS, TEXT, HEADLINE, LAYOUT, CHECKS, PLOTS, TABLES, FILTERS, NARROW, PRINT].join(
  "",
);
