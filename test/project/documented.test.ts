import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { architectureReference } from "./architecture-reference.ts";
import { errorCodes } from "./error-codes.ts";
import { files, root } from "./repository.ts";

const ERRORS = "docs/reference/errors.md";
const ARCHITECTURE = "docs/reference/architecture.md";
const ENVIRONMENT = "docs/reference/environment.md";

function read(path: string): string {
  return readFileSync(join(root, path), "utf8");
}

describe("the reference of errors", () => {
  const documented = [...read(ERRORS).matchAll(/^### ([A-Z_0-9]+)$/gm)].map(([, code]) => code ?? "");

  test("has every code that the sources have, once", () => {
    expect(documented.toSorted()).toEqual([...errorCodes()].sort());
  });

  test("says of every code what it means and what to do", () => {
    const entries = read(ERRORS).split(/^### /m).slice(1);
    const thin = entries.filter((entry) => !/\n\n\S[^\n]{20}/.test(entry));
    expect(thin.map((entry) => entry.slice(0, entry.indexOf("\n")))).toEqual([]);
  });
});

describe("the reference of architectures", () => {
  const reference = architectureReference(read(ARCHITECTURE));

  test("has the schema's fields, types, defaults and comments", async () => {
    await expect(reference.text).toMatchFileSnapshot(join(root, ARCHITECTURE));
  });

  test("says of every field what it means", () => {
    expect(reference.unexplained).toEqual([]);
  });
});

test("every environment variable of ours is documented, and no other", () => {
  const pattern = /\bPLUMBLINE_[A-Z_]+[A-Z]|\bPLUMBLINE_POSTGRESQL_/g;
  const used = files("src/**/*.ts", "bin/*.mjs", "bench/*.ts", "test/**/*.ts").flatMap(
    ({ text }) => text.match(pattern) ?? [],
  );
  const documented = read(ENVIRONMENT).match(pattern) ?? [];
  expect([...new Set(documented)].sort()).toEqual([...new Set(used)].sort());
});

describe("links", () => {
  const documents = files("*.md", "docs/**/*.md", "services/*/*.md");

  test.for(documents.map(({ path, text }) => [path, text] as const))(
    "of %s lead somewhere",
    ([path, text]) => {
      const targets = [...text.matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(([, target]) => target ?? "");
      expect(targets.filter((target) => !leads(path, target))).toEqual([]);
    },
  );
});

/** Whether a relative link leads to a file, and its fragment to a heading there. */
function leads(from: string, target: string): boolean {
  const [file = "", fragment] = target.split("#");
  const path = file === "" ? from : join(from, "..", file);
  const [found] = files(path);
  if (!found) return files(`${path}/*`).length > 0;
  return fragment === undefined || anchors(found.text).includes(fragment);
}

/** The anchors that GitHub gives to headings: lower case, spaces as hyphens, repeated ones counted. */
function anchors(text: string): string[] {
  const seen = new Map<string, number>();
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) => {
    const anchor = heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-");
    const times = seen.get(anchor) ?? 0;
    seen.set(anchor, times + 1);
    return times === 0 ? anchor : `${anchor}-${times}`;
  });
}
