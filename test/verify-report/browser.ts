import { join } from "node:path";
import { type Browser, chromium } from "playwright-core";
import { type Need, needs } from "#stores/testing.ts";
import { directoriesOnPath } from "#stores/programs.ts";

/** As distributions and Google call it. */
const NAMES = ["chromium", "chromium-browser", "google-chrome"];

const [program] = NAMES.flatMap((name) =>
  directoriesOnPath([name]).map((directory) => join(directory, name)),
);

const browser: Need = {
  name: "chromium",
  met: program !== undefined,
  otherwise: `none of ${NAMES.join(", ")} is on PATH`,
};

export const aBrowser = needs(browser);

/** The browser on PATH, without a window. In a container, root has no sandbox. */
export function startBrowser(): Promise<Browser> {
  const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  return chromium.launch({ ...(program === undefined ? {} : { executablePath: program }), args });
}
