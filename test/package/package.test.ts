import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packageRoot } from "#twin/package-root.ts";
import type { TwinStatus } from "#twin/status.ts";

/** An empty folder elsewhere, in which the packed package is installed from the registry as a user does. */
let folder: string;

function npx(args: readonly string[], cwd = folder): string {
  return execFileSync("npx", ["--no-install", "plumbline", ...args], {
    cwd,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
}

function lastLine<T>(output: string): T {
  return JSON.parse(output.trimEnd().split("\n").at(-1) ?? "") as T;
}

/** What a command that must fail prints on standard output. */
function failureOf(run: () => string): string {
  try {
    return `It did not fail: ${run()}`;
  } catch (error) {
    return String((error as { stdout?: unknown }).stdout);
  }
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "plumbline-package-"));
  chmodSync(folder, 0o755);
  const pack = execFileSync("npm", ["pack", "--json", "--pack-destination", folder], {
    cwd: packageRoot,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [{ filename }] = JSON.parse(pack.slice(pack.indexOf("["))) as [{ filename: string }];
  execFileSync("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", join(folder, filename)], {
    cwd: folder,
    stdio: "ignore",
  });
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the packed package, installed in an empty folder", () => {
  it.each([
    ["fargate", false],
    ["kubernetes", false],
    ["instances", true],
  ])("begins a project with %s and runs it (JavaScript: %s)", async (template, javascript) => {
    const project = join(folder, `shop-${template}`);
    npx(["init", project, "--template", template, ...(javascript ? ["--javascript"] : [])]);
    expect(lastLine(npx(["check", "--documents", ".", "--json"], project))).toMatchObject({
      problems: [],
      claims: 1,
    });
    const up = lastLine<TwinStatus>(npx(["up", "--detach", "--json"], project));
    try {
      expect(up.phase).toBe("running");
      const answer = await fetch(up.endpoint as string);
      expect(await answer.json()).toMatchObject({ database: "reachable" });
    } finally {
      npx(["down", "--purge"], project);
    }
  });

  it("explains what is wrong, by type and by value", () => {
    const project = join(folder, "broken");
    npx(["init", project]);
    const file = join(project, "architecture.ts");
    writeFileSync(file, readFileSync(file, "utf8").replace('uses: ["database"]', 'uses: ["databse"]'));
    expect(failureOf(() => npx(["check", "--json"], project))).toContain("REFERENCE_UNKNOWN");

    const tsc = join(packageRoot, "node_modules", ".bin", "tsc");
    const types = ["--typeRoots", join(packageRoot, "node_modules", "@types"), "--types", "node"];
    const compile = () =>
      execFileSync(
        tsc,
        ["--ignoreConfig", "--noEmit", "--strict", "--skipLibCheck", "--module", "nodenext", ...types, file],
        {
          encoding: "utf8",
          stdio: "pipe",
        },
      );
    expect(failureOf(compile)).toContain("Did you mean '\"database\"'?");
  });

  it("does not write over what is there", () => {
    const project = join(folder, "standing");
    npx(["init", project]);
    expect(failureOf(() => npx(["init", project, "--json"]))).toContain("FILES_EXIST");
  });

  it("runs the reference architecture too", () => {
    const up = lastLine<TwinStatus>(npx(["up", "fargate", "--detach", "--json"]));
    expect(up.services[0]).toMatchObject({ name: "api", healthy: 2 });
    npx(["down", "--purge"]);
  });
});
