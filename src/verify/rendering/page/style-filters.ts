import { SOURCES, VERDICTS } from "../overview.ts";

/** A box that is not checked hides what it names; a browser without :has() shows everything. */
const hiding = [...VERDICTS, ...SOURCES].map((name) => {
  const kind = VERDICTS.some((verdict) => verdict === name) ? "verdict" : "source";
  const section = kind === "verdict" ? `, body:has(#show-${name}:not(:checked)) #${name}` : "";
  return `body:has(#show-${name}:not(:checked)) [data-${kind}="${name}"]${section} { display: none; }`;
});
/** Words of the document, or a reason, without a check that is shown beside them. */
const emptied = SOURCES.map(
  (name) => `body:has(#show-${name}:checked) .topic:has([data-source="${name}"]) { display: grid; }`,
);

export const FILTERS = `
.filters { margin-top: 28px; }
.filters fieldset { margin-bottom: 18px; }
.filters legend { color: var(--soft); font-size: 13px; padding: 0; margin-bottom: 2px; }
.filters label { display: block; padding: 2px 0; }
.filters input[type="checkbox"] { margin: 0 4px 0 0; vertical-align: -1px; accent-color: var(--soft); }
.filters .search label { color: var(--soft); font-size: 13px; }
.filters input[type="search"] { width: 100%; font: inherit; padding: 4px 8px; color: inherit; background: var(--page); border: 1px solid var(--strong-line); border-radius: 3px; }
.filters output { display: block; min-height: 1.6em; color: var(--soft); font-size: 13px; }
[hidden] { display: none !important; }
@supports selector(:has(*)) {
  #fails .topic, #inconclusive .topic { display: none; }
  ${emptied.join("\n  ")}
  ${hiding.join("\n  ")}
}
@media (max-width: 1080px) {
  .filters { display: flex; flex-wrap: wrap; gap: 0 36px; margin-top: 16px; }
  .filters fieldset { margin-bottom: 8px; }
  .filters label { display: inline-block; margin-right: 14px; }
}
`;
