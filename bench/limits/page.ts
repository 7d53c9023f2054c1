import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, chromium } from "playwright-core";

/** As distributions and Google call it. */
const NAMES = ["chromium", "chromium-browser", "google-chrome"];

/** A browser that loads pages, or why there is none. */
export async function startBrowser(): Promise<Browser | string> {
  const executablePath = NAMES.flatMap((name) =>
    (process.env["PATH"] ?? "").split(delimiter).map((folder) => join(folder, name)),
  ).find(isProgram);
  if (executablePath === undefined) return `none of ${NAMES.join(", ")} is on PATH`;
  // In a container, root has no sandbox.
  const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  return chromium.launch({ executablePath, args });
}

/** Milliseconds from the beginning of the navigation to the end of the load event, with nothing in the cache. */
export async function loadPage(browser: Browser, url: string): Promise<number> {
  // The browser does not know the twin's authority; who it is says nothing about time.
  const context = await browser.newContext({ ignoreHTTPSErrors: true });
  try {
    const page = await context.newPage();
    const answer = await page.goto(url, { waitUntil: "load" });
    if (answer?.status() !== 200) throw new Error(`${url} was answered with ${answer?.status()}`);
    // The event's end is set when all of its listeners have run.
    await page.waitForFunction("performance.getEntriesByType('navigation')[0].loadEventEnd > 0");
    return Number(await page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd"));
  } finally {
    await context.close();
  }
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
