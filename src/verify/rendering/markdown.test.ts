import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { renderMarkdown } from "./markdown.ts";
import { examples, hostileText, withTexts } from "./testing/hostile.ts";
import { everyLook } from "./testing/checks.ts";
import { reportOf } from "./testing/reports.ts";

const GITHUB_MOST = 65_536;

describe("a pull request's comment", () => {
  const comment = renderMarkdown(reportOf());

  test("begins with how it came out", () => {
    expect(comment.split("\n").slice(0, 5)).toEqual([
      "## Plumbline: fargate, production",
      "",
      "**2 of 4 promises are not kept.** Checks: 4 fail, 1 inconclusive, 3 hold.",
      "",
      "Verified on 21 November 2026, 18:53 UTC, in 212 s.",
    ]);
  });

  test("names every check once beside what changed", () => {
    const rest = comment.replace(/### Since[^]*?\n\n<details>/, "<details>");
    const times = everyLook.map(({ title }) => [title, rest.split(title).length - 1]);
    expect(times).toEqual(everyLook.map(({ title }) => [title, 1]));
  });

  test("shows what fails and what changed, and folds the rest", () => {
    const shown = comment.replace(/<details>[^]*?<\/details>/g, "");
    expect(shown.match(/^### .*/gm)).toEqual(["### What fails", "### Since 20 November 2026, 09:12 UTC"]);
    expect(comment.match(/(?<=<summary>).*(?=<\/summary>)/g)).toEqual([
      "What is not known: 1",
      "What production costs: $194.31 a month; the document says $112.40",
      "What holds: 3",
      "Where the document contradicts itself or leaves open: 1",
      "What it rests on",
    ]);
  });

  test("has tables whose rows are as wide as their heads, whatever is in them", () => {
    fc.assert(
      fc.property(hostileText, (added) => {
        expect(shapeOf(renderMarkdown(withTexts(reportOf(), added)))).toBe(shapeOf(comment));
      }),
      { examples },
    );
  });

  test("notifies nobody and refers to no issue", () => {
    const text = renderMarkdown(withTexts(reportOf(), " @someone #12"));
    expect(text.replace(/`[^`]*`/g, "")).not.toMatch(/[@#]\w/);
  });
});

describe("more than GitHub takes", () => {
  const many = Array.from({ length: 400 }, (_, index) => {
    const check = everyLook[index % everyLook.length];
    return check === undefined ? [] : [{ ...check, id: `${check.id}-${index}`, objective: null }];
  }).flat();
  const notes = Array.from({ length: 200 }, () => reportOf().notes).flat();
  const comment = renderMarkdown(reportOf(many, { notes }));

  test("is left out by name and number", () => {
    expect(comment.length).toBeLessThan(GITHUB_MOST);
    expect(comment.length).toBeGreaterThan(GITHUB_MOST * 0.8);
    const failing = many.filter(({ verdict }) => verdict === "fails").length;
    const shown = comment.split("### What fails")[1]?.split("\n###")[0] ?? "";
    const rows = (shown.match(/^\| /gm) ?? []).length - 2;
    const [, more, names = ""] = /There is no room here for another (\d+): (.*)\.$/m.exec(shown) ?? [];
    expect(rows + Number(more)).toBe(failing);
    const [, others] = /, (\d+) others$/.exec(names) ?? [];
    expect((names.match(/`[^`]+`/g) ?? []).length + Number(others)).toBe(Number(more));
  });

  test("never gets longer, whatever the texts are", () => {
    fc.assert(
      fc.property(hostileText, fc.integer({ min: 1, max: 40 }), (added, times) => {
        const report = withTexts(reportOf(many, { notes }), added.repeat(times));
        expect(renderMarkdown(report).length).toBeLessThanOrEqual(GITHUB_MOST);
      }),
      { numRuns: 10 },
    );
  });
});

/** How each line is read: as a row of so many cells, an item of a list, a heading or an element. */
function shapeOf(text: string): string {
  const shapes = text.split("\n").map((line) => {
    if (line.startsWith("|")) return `row of ${line.split(/(?<!\\)\|/).length}`;
    return /^(- |#+ |<\/?\w+>)?/.exec(line)?.[0] ?? "";
  });
  return shapes.join("\n");
}
