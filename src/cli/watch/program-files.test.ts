import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isIgnored, isProgramFile, programsOf, servicesWith } from "./program-files.ts";

let project: string;

beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), "plumbline-programs-"));
  for (const file of [
    "server.mjs",
    "package.json",
    "services/api/package.json",
    "services/api/src/main.ts",
    "jobs/run.sh",
    "node/x.js",
  ]) {
    mkdirSync(dirname(join(project, file)), { recursive: true });
    writeFileSync(join(project, file), "");
  }
});
afterAll(() => rmSync(project, { recursive: true, force: true }));

const folderOf = (...command: string[]) =>
  programsOf({ services: { api: { command } } } as never, project)[0]?.folder.slice(project.length);

describe("the folder of a service's program", () => {
  it.each([
    ["the whole program around the file", ["node", "services/api/src/main.ts"], "/services/api"],
    ["the file's own where no program is around it", ["sh", "jobs/run.sh"], "/jobs"],
    ["the project for a file in it", ["node", "server.mjs"], ""],
    ["the folder that the command names", ["go", "run", "./services/api/src"], "/services/api"],
    ["the first word where that is a path", ["./jobs/run.sh"], "/jobs"],
    ["the project where the command names no file of it", ["npm", "start"], ""],
    ["the project where the file is elsewhere", ["/bin/sh", "-c", "exec true"], ""],
  ])("is %s", (_, command, folder) => {
    expect(folderOf(...command)).toBe(folder);
  });
});

it("finds the services of changed files, the nearest ones", () => {
  const programs = [
    { service: "web", folder: "/p" },
    { service: "api", folder: "/p/api" },
    { service: "migrate", folder: "/p/api" },
  ];
  expect(servicesWith(["/p/api/src/x.ts"], programs)).toEqual(["api", "migrate"]);
  expect(servicesWith(["/p/index.mjs"], programs)).toEqual(["web"]);
  expect(servicesWith(["/p/index.mjs", "/p/api/y.ts"], programs)).toEqual(["web", "api", "migrate"]);
  expect(servicesWith(["/p/apis/y.ts"], programs)).toEqual(["web"]);
  expect(servicesWith(["/elsewhere/x.ts"], programs)).toEqual([]);
});

it.each([
  ["node_modules/x/index.js", true],
  ["src/.cache/x.js", true],
  [".git/HEAD", true],
  ["src/main.ts", false],
])("ignores %s: %s", (path, ignored) => {
  expect(isIgnored(path)).toBe(ignored);
});

it.each([
  ["src/main.ts", true],
  ["app.py", true],
  ["migrations/0001.sql", true],
  ["src/main.test.ts", false],
  ["server.log", false],
  ["data.sqlite", false],
  ["main.ts~", false],
])("takes %s for a program file: %s", (path, expected) => {
  expect(isProgramFile(path)).toBe(expected);
});
