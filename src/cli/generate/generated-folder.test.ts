import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { writeGenerated } from "./generated-folder.ts";

const folder = () => mkdtempSync(join(tmpdir(), "plumbline-test-"));
const files = (...paths: string[]) => paths.map((path) => ({ path, content: `# ${path}\n` }));
const keep = { overwrite: false };

test("files are written once, and removed when they are generated no more; a user's own stay", () => {
  const out = folder();
  expect(writeGenerated(out, files("a.tf", "tests/b.tf"), keep).written).toEqual(["a.tf", "tests/b.tf"]);
  writeFileSync(join(out, "mine.tf"), "# mine\n");
  expect(writeGenerated(out, files("a.tf"), keep)).toEqual({
    written: [],
    unchanged: ["a.tf"],
    removed: ["tests/b.tf"],
  });
  expect(readdirSync(out)).toContain("mine.tf");
});

test("a user's own file in the way is refused, and nothing is written", () => {
  const out = folder();
  writeFileSync(join(out, "b.tf"), "# mine\n");
  expect(() => writeGenerated(out, files("a.tf", "b.tf"), { overwrite: true })).toThrow(
    expect.objectContaining({ code: "GENERATED_FILE_FOREIGN" }),
  );
  expect(readdirSync(out)).toEqual(["b.tf"]);
});

test("a change by hand is kept until it is to be overwritten", () => {
  const out = folder();
  writeGenerated(out, files("a.tf"), keep);
  writeFileSync(join(out, "a.tf"), "# changed\n");
  expect(() => writeGenerated(out, files("a.tf"), keep)).toThrow(
    expect.objectContaining({ code: "GENERATED_FILE_CHANGED" }),
  );
  expect(readFileSync(join(out, "a.tf"), "utf8")).toBe("# changed\n");
  expect(writeGenerated(out, files("a.tf"), { overwrite: true }).written).toEqual(["a.tf"]);
});

test("a manifest that cannot be read is no licence to overwrite", () => {
  const out = folder();
  writeGenerated(out, files("a.tf"), keep);
  writeFileSync(join(out, ".plumbline-generated.json"), "{");
  expect(() => writeGenerated(out, files("a.tf"), keep)).toThrow(
    expect.objectContaining({ code: "GENERATED_MANIFEST_BROKEN" }),
  );
});
