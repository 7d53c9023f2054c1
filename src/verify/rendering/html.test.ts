import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { escapeHtml } from "./markup.ts";
import { renderHtml } from "./html.ts";
import { examples, hostileText, withTexts } from "./testing/hostile.ts";
import { everyLook } from "./testing/checks.ts";
import { reportOf } from "./testing/reports.ts";

const page = renderHtml(reportOf());

describe("what is in the page", () => {
  test("every check stands in it once, with its verdict and its source", () => {
    const places = page.match(/data-check="[^"]*" data-source="[^"]*" data-verdict="[^"]*"/g) ?? [];
    const expected = everyLook.map(
      ({ id, source, verdict }) => `data-check="${id}" data-source="${source}" data-verdict="${verdict}"`,
    );
    expect(places.toSorted()).toEqual(expected.toSorted());
    const texts = everyLook.flatMap(({ title, says }) => [title, says]);
    expect(texts.filter((text) => !page.includes(escapeHtml(text)))).toEqual([]);
  });

  test("every remedy stands beside its price, every claim beside its line", () => {
    const text = textOf(page);
    expect(text).toContain("Make stores.database an Aurora cluster with a reader in another zone");
    expect(text).toContain("adds $87.60 a month");
    expect(text).toContain("saves $36.50 a month");
    expect(text).toMatch(/RDS automatically fails over to the standby \(< 60 seconds\)\s+line 426/);
  });

  test("the counts are those of the checks", () => {
    expect(textOf(page)).toMatch(/4\s+fail\s+1\s+inconclusive\s+3\s+hold/);
    expect(textOf(page)).toContain("2 of 4 promises are not kept.");
  });

  test("links within it lead somewhere", () => {
    const ids = new Set([...page.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id));
    const links = [...page.matchAll(/href="#([^"]*)"/g)].map(([, id = ""]) => decodeURIComponent(id));
    expect(links.length).toBeGreaterThan(10);
    expect(links.filter((id) => !ids.has(id))).toEqual([]);
  });

  test("ids are unique", () => {
    const ids = [...page.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
    expect(ids).toEqual([...new Set(ids)]);
  });

  test("a report of nothing is a page too", () => {
    const empty = reportOf([], {
      bills: [],
      timings: [],
      notes: [],
      planned: [],
      substitutes: [],
      comparedWith: null,
    });
    expect(textOf(renderHtml(empty))).toContain("0 checks; none of them is about a promise.");
  });

  test("the same report is the same page", () => {
    expect(renderHtml(reportOf())).toBe(page);
  });
});

describe("what the page does", () => {
  test("it loads nothing: addresses stand in links only, which a reader has to follow", () => {
    const tags = [
      ...page.matchAll(/<(\w+)\b[^>]*?\b(href|src|srcset|action|data|poster|xlink:href)="([^"]*)"/g),
    ];
    const others = tags.filter(([, name, , target = ""]) => name !== "a" && target !== "data:,");
    expect(others).toEqual([]);
    expect(page).not.toMatch(/url\(|@import|fetch\(|XMLHttpRequest|WebSocket|import\(|http-equiv="refresh"/i);
  });

  test("its policy allows its own style and script, and nothing else", () => {
    const policy = unescaped(/http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1] ?? "");
    expect(policy).toMatch(/^default-src 'none';/);
    for (const element of ["style", "script"]) {
      const text = new RegExp(`<${element}>([^]*?)</${element}>`).exec(page)?.[1] ?? "";
      expect(policy).toContain(
        `${element}-src 'sha256-${createHash("sha256").update(text).digest("base64")}'`,
      );
    }
    expect(page).not.toMatch(/<[^>]* (style|on\w+)="/);
  });

  test("no text of a document or an architecture becomes a part of it, whatever it is", () => {
    const shape = shapeOf(page);
    fc.assert(
      fc.property(hostileText, (added) => {
        expect(shapeOf(renderHtml(withTexts(reportOf(), added)))).toBe(shape);
      }),
      { numRuns: 50, examples },
    );
  });

  test("an address that is not on the web is no link", () => {
    const [first] = everyLook;
    const references = [{ page: "javascript:alert(1)", asOf: "2026-11-21" }];
    const evil = renderHtml(reportOf(first === undefined ? [] : [{ ...first, references }]));
    expect(evil).not.toContain('href="javascript');
    expect(evil).toContain("javascript:alert(1)");
  });

  test("figures of any size have a place in it", () => {
    const numbers = fc.oneof(fc.double({ noNaN: true }), fc.constantFrom(0, -1, Infinity, 1e300, 5e-324));
    fc.assert(
      fc.property(numbers, numbers, numbers, (figure, limit, other) => {
        const spread = { min: figure, median: limit, max: other };
        const checks = everyLook.map((check) => ({ ...check, figure, limit, spread }));
        const places = renderHtml(reportOf(checks)).matchAll(/\b(?:x|x1|x2|cx|width)="([^"]*)%"/g);
        const outside = [...places].filter(([, place]) => !(Number(place) >= 0 && Number(place) <= 100));
        expect(outside).toEqual([]);
      }),
      { numRuns: 50 },
    );
  });
});

/** The tags of a page and the names of their attributes, without what was written into them. */
function shapeOf(page: string): string {
  const tags = page.replace(/<(style|script)>[^]*?<\/\1>/g, "").match(/<[^>]*>/g) ?? [];
  return tags.map((tag) => tag.replace(/"[^"]*"/g, '""').replace(/\s+/g, " ")).join("\n");
}

function textOf(page: string): string {
  const text = page.replace(/<(style|script)>[^]*?<\/\1>/g, "").replace(/<[^>]*>/g, " ");
  return unescaped(text).replace(/\s+/g, " ");
}

function unescaped(text: string): string {
  return text.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)));
}
