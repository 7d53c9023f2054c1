import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { WatchedFiles } from "./watched-files.ts";

let folder: string;
let files: WatchedFiles;
let heard: (files: readonly string[]) => void;
let failures: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "plumbline-watch-"));
  mkdirSync(join(folder, "state"));
  mkdirSync(join(folder, "node_modules"));
  failures = [];
  files = new WatchedFiles(
    join(folder, "state"),
    (changed) => heard(changed),
    ({ code }) => void failures.push(code),
  );
  files.watch([folder]);
});
afterEach(() => {
  files.close();
  rmSync(folder, { recursive: true, force: true });
});

const write = (name: string) => writeFileSync(join(folder, name), "x");
/** What is told after something was done, until this file is among it. */
const after = (act: () => void, last: string) =>
  new Promise<string[]>((resolve) => {
    const told: string[] = [];
    heard = (changed) => {
      told.push(...changed.map((file) => file.slice(folder.length + 1)));
      if (told.includes(last)) resolve(told.sort());
    };
    act();
  });

it("tells what changes, without what is of no interest", async () => {
  const names = ["a.mjs", "state/secrets.json", "node_modules/x.js", "notes.md", "b.ts~", "b.ts"];
  expect(await after(() => names.forEach(write), "b.ts")).toEqual(["a.mjs", "b.ts"]);
});

it("sees folders that are new, and files that are replaced as editors do it", async () => {
  const added = () => {
    mkdirSync(join(folder, "new"));
    write("new/c.py");
  };
  expect(await after(added, "new/c.py")).toEqual(["new/c.py"]);
  write("new/c.py.draft");
  const [draft, file] = [join(folder, "new/c.py.draft"), join(folder, "new/c.py")];
  expect(await after(() => renameSync(draft, file), "new/c.py")).toEqual(["new/c.py"]);
});

it("says which folder cannot be watched", () => {
  files.watch([join(folder, "gone")]);
  expect(failures).toEqual(["WATCH_FAILED"]);
});
