import type { VerifyCheck, VerifyReport } from "../../report.ts";
import { foundText } from "../figures.ts";
import { checkLink } from "../check-link.ts";
import { html, type Markup } from "../markup.ts";
import { type Topic, topicsOf } from "../overview.ts";
import { foldedCheck, fullCheck, plainCheck } from "./check.ts";
import { quote, section } from "./parts.ts";

/** What fails: what the document promises first, then what else was found. */
export function failing({ checks }: VerifyReport): Markup | null {
  const those = checks.filter(({ verdict }) => verdict === "fails");
  if (those.length === 0) return null;
  const topics = topicsOf(those);
  const promised = topics.filter(({ objective }) => objective !== null);
  const beside = topics.filter(({ objective }) => objective === null);
  const both = promised.length > 0 && beside.length > 0;
  const heading = (text: string) => (both ? html`<h3 class="part">${text}</h3>` : null);
  const content = html`${heading("Promises that are not kept")}${promised.map((each) => topic(each, checks))}
  ${heading("Found besides")}${beside.map((each) => topic(each, checks))}`;
  return section("fails", "What fails", content, { count: those.length });
}

/** What nobody knows, by the reason. */
export function inconclusive({ checks }: VerifyReport): Markup | null {
  const those = checks.filter(({ verdict }) => verdict === "inconclusive");
  if (those.length === 0) return null;
  const reasons = [...Map.groupBy(those, ({ says }) => says)];
  const content = html`${reasons.map(
    ([why, all]) =>
      html`<section class="topic reason">
        <p class="says">${why}</p>
        <div>${all.map(plainCheck)}</div>
      </section>`,
  )}`;
  return section("inconclusive", "What is not known", content, { count: those.length });
}

export function holding({ checks }: VerifyReport): Markup | null {
  const those = checks.filter(({ verdict }) => verdict === "holds");
  if (those.length === 0) return null;
  return section("holds", "What holds", html`<div class="folded-list">${those.map(foldedCheck)}</div>`, {
    count: those.length,
  });
}

/** The document's words beside what was found about them. */
function topic(
  { objective, claim, claimLine, claimDocument, checks }: Topic,
  all: readonly VerifyCheck[],
): Markup {
  const others =
    objective === null ? [] : all.filter((each) => each.objective === objective && each.verdict !== "fails");
  const words =
    claim === null
      ? html`<p class="unsaid">The document says nothing about it.</p>`
      : html`<p class="claim">${quote(claim, claimLine, claimDocument)}</p>`;
  return html`<section class="topic">
    <header>${words}${alsoAbout(others)}</header>
    <div>${checks.map(fullCheck)}</div>
  </section>`;
}

/** The other evidence for the same words, which has its place elsewhere. */
function alsoAbout(others: readonly VerifyCheck[]): Markup | null {
  if (others.length === 0) return null;
  const links = others.map((other) => {
    const found = [other.source, foundText(other)].filter((part) => part !== null).join(", ");
    return html`<li>${checkLink(other.id, other.title)}: ${other.verdict} (${found})</li>`;
  });
  return html`<p class="also">Also about this</p>
    <ul class="also">
      ${links}
    </ul>`;
}
