import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { browserCommands, openBrowser } from "./browser.ts";

const URL = "http://127.0.0.1:8080";

describe("the commands that show a page", () => {
  it.each([
    [
      "those of BROWSER, one after the other",
      { BROWSER: "firefox:w3m -N" },
      "linux",
      [
        ["firefox", URL],
        ["w3m", "-N", URL],
      ],
    ],
    ["with the URL where BROWSER wants it", { BROWSER: "sh -c %s& " }, "linux", [["sh", "-c", `${URL}&`]]],
    ["BROWSER before the system's own", { BROWSER: "links", DISPLAY: ":0" }, "darwin", [["links", URL]]],
    ["open on macOS", {}, "darwin", [["open", URL]]],
    ["xdg-open where there is a screen", { WAYLAND_DISPLAY: "wayland-0" }, "linux", [["xdg-open", URL]]],
    ["none without a screen", { DISPLAY: "", BROWSER: " " }, "linux", []],
  ] as const)("are %s", (_, environment, platform, commands) => {
    expect(browserCommands(URL, environment, platform)).toEqual(commands);
  });
});

it("is shown by the first program that starts and does not fail", async () => {
  const folder = mkdtempSync(join(tmpdir(), "plumbline-browser-"));
  try {
    const seen = join(folder, "seen");
    const browser = join(folder, "browser");
    writeFileSync(browser, `#!/bin/sh\nprintf %s "$1" > '${seen}'\n`, { mode: 0o755 });
    expect(
      await openBrowser([
        ["no-such-program", URL],
        ["false", URL],
        [browser, URL],
      ]),
    ).toBe(browser);
    expect(readFileSync(seen, "utf8")).toBe(URL);
    expect(await openBrowser([["false", URL]])).toBeNull();
  } finally {
    rmSync(folder, { recursive: true });
  }
});
