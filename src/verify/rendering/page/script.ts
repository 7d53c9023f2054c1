/**
 * What a page without scripts lacks: finding checks by their text, and printing what is folded. It reads the page and
 * asks nobody for anything.
 */
export const SCRIPT = `"use strict";
const search = document.querySelector("#search");
const output = document.querySelector(".search output");
const checks = [...document.querySelectorAll(".check")];
const texts = new Map(checks.map((check) => [check, textOf(check)]));

/* A check is found by its own words and by those of the document that stand beside it. */
function textOf(check) {
  const words = check.closest(".topic")?.querySelector("header, .says");
  return (check.dataset.check + " " + check.textContent + " " + (words?.textContent ?? "")).toLowerCase();
}

function find() {
  const wanted = search.value.toLowerCase().split(/\\s+/).filter(Boolean);
  for (const check of checks) check.hidden = !wanted.every((word) => texts.get(check).includes(word));
  for (const group of document.querySelectorAll(".section .topic"))
    group.hidden = wanted.length > 0 && !group.querySelector(".check:not([hidden])");
  const found = checks.filter((check) => !check.hidden).length;
  output.textContent = wanted.length === 0 ? "" : found + " of " + checks.length + " checks";
}

search.closest("p").hidden = false;
search.form.addEventListener("submit", (event) => event.preventDefault());
search.addEventListener("input", find);

/* What a link leads to is shown, also where it is folded or filtered away. */
function reveal() {
  const id = decodeURIComponent(location.hash.slice(1));
  const target = document.getElementById(id);
  if (!target) return;
  if (target.hidden) { search.value = ""; find(); }
  for (const name of [target.dataset.source, target.dataset.verdict]) {
    const box = document.getElementById("show-" + name);
    if (box) box.checked = true;
  }
  for (let at = target; at; at = at.parentElement) if (at.localName === "details") at.open = true;
  target.scrollIntoView();
}
addEventListener("hashchange", reveal);
reveal();

let folded = [];
addEventListener("beforeprint", () => {
  folded = [...document.querySelectorAll("details:not([open])")];
  for (const each of folded) each.open = true;
});
addEventListener("afterprint", () => { for (const each of folded) each.open = false; });
`;
