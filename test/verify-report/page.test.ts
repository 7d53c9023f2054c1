import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { renderHtml } from "#verify/rendering/html.ts";
import { withTexts } from "#verify/rendering/testing/hostile.ts";
import { reportOf } from "#verify/rendering/testing/reports.ts";
import { aBrowser, startBrowser } from "./browser.ts";
import { poorlyLegible } from "./contrast.ts";

describe.skipIf(aBrowser.skipped)(`a report in a browser${aBrowser.why}`, () => {
  let [folder, file] = ["", ""];
  let browser: Browser;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "plumbline-report-"));
    file = join(folder, "report.html");
    writeFileSync(file, renderHtml(reportOf()));
    browser = await startBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true });
  });

  /** A page with the report, and everything that it asked for or complained about. */
  async function open(options: BrowserContextOptions = {}, name = file): Promise<[Page, string[]]> {
    const page = await browser.newPage(options);
    const noted: string[] = [];
    page.on("request", (request) => void noted.push(`request ${request.url()}`));
    page.on("console", (message) => void noted.push(`${message.type()} ${message.text()}`));
    page.on("pageerror", (error) => void noted.push(`error ${error.message}`));
    page.on("dialog", (dialog) => {
      noted.push(`dialog ${dialog.message()}`);
      void dialog.dismiss();
    });
    await page.goto(pathToFileURL(name).href);
    return [page, noted];
  }

  test("asks for nothing but itself, and complains about nothing", async () => {
    const [page, noted] = await open();
    await expect.poll(() => page.title()).toBe("fargate, production: Plumbline verification");
    expect(noted).toEqual([`request ${pathToFileURL(file).href}`]);
    await page.close();
  });

  test("runs no text of the document", async () => {
    const hostile = join(folder, "hostile.html");
    const added = `"><script>alert(1)</script><img src="https://example.com/x" onerror="alert(2)">`;
    writeFileSync(hostile, renderHtml(withTexts(reportOf(), added)));
    const [page, noted] = await open({}, hostile);
    expect(await page.locator("h1").textContent()).toContain("<script>alert(1)</script>");
    expect(noted).toEqual([`request ${pathToFileURL(hostile).href}`]);
    await page.close();
  });

  test.each([400, 700, 900, 1100, 1400])("fits into %i pixels", async (width) => {
    const [page] = await open({ viewport: { width, height: 900 } });
    await page.locator("details").evaluateAll((all) => all.forEach((each) => each.setAttribute("open", "")));
    const wide = await page.evaluate("document.documentElement.scrollWidth");
    expect(wide).toBe(width);
    await page.close();
  });

  test.each(["light", "dark"] as const)("is legible on a %s screen", async (colorScheme) => {
    const [page] = await open({ colorScheme });
    await page.locator("details").evaluateAll((all) => all.forEach((each) => each.setAttribute("open", "")));
    expect(await page.evaluate(poorlyLegible)).toEqual([]);
    await page.close();
  });

  test.each([true, false])("shows what the boxes say, with scripts: %s", async (javaScriptEnabled) => {
    const [page] = await open({ javaScriptEnabled });
    const shown = () => page.locator(".check:visible").count();
    expect(await shown()).toBe(8);
    await page.getByRole("checkbox", { name: "fails" }).uncheck();
    expect(await shown()).toBe(4);
    expect(await page.locator("#fails").isVisible()).toBe(false);
    await page.getByRole("checkbox", { name: "measured" }).uncheck();
    expect(await shown()).toBe(1);
    await page.getByRole("checkbox", { name: "fails" }).check();
    expect(await shown()).toBe(5);
    await page.close();
  });

  test("finds checks by their words and by the document's", async () => {
    const [page] = await open();
    await page.getByLabel("Find").fill("standby fails");
    expect(await page.locator(".search output").textContent()).toBe("3 of 8 checks");
    expect(await page.locator("#fails .check:visible").count()).toBe(2);
    await page.close();
  });

  test("is read with a keyboard alone", async () => {
    const [page] = await open();
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    expect(await page.evaluate("document.activeElement.id")).toBe("results");
    const holds = page.locator("#holds .check").first();
    await holds.locator("summary").focus();
    await page.keyboard.press("Enter");
    expect(await holds.locator(".says").isVisible()).toBe(true);
    await page.close();
  });

  test("a link to a check that is folded or filtered away shows it", async () => {
    const [page] = await open();
    await page.getByRole("checkbox", { name: "holds" }).uncheck();
    await page.locator(".also").getByRole("link", { name: "The software adds little" }).click();
    await expect.poll(() => page.locator(".check:target .says").isVisible()).toBe(true);
    await page.close();
  });

  test("is printed whole, in dark colours on white, with what is folded", async () => {
    const [page] = await open({ colorScheme: "dark", javaScriptEnabled: false });
    await page.emulateMedia({ media: "print" });
    expect(await page.locator("#notes").getByText("the diagram beats the cost table").isVisible()).toBe(true);
    expect(await page.locator("#holds .says").first().isVisible()).toBe(true);
    expect(await page.locator("nav").isVisible()).toBe(false);
    const background = "getComputedStyle(document.body).backgroundColor";
    expect(await page.evaluate(background)).toBe("rgb(255, 255, 255)");
    await page.close();
  });

  test("has no heading, picture or table without a name", async () => {
    const [page] = await open();
    const nameless = await page.evaluate(`[
      ...document.querySelectorAll("svg:not(svg svg, [aria-hidden], [aria-hidden] *, [aria-label])"),
      ...document.querySelectorAll("th:not([scope])"),
      ...[...document.querySelectorAll("h1, h2, h3, h4, a, summary, label")].filter((each) => !each.textContent.trim()),
    ].map((each) => each.outerHTML)`);
    expect(nameless).toEqual([]);
    await page.close();
  });
});
