import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { needs } from "#stores/testing.ts";
import { unitFile } from "#terraform/compute/testing/unit-file.ts";

const run = promisify(execFile);

const verify = (file: string) =>
  // Neither docker nor its unit has to be here: what is looked for is what systemd does not understand.
  run("systemd-analyze", ["verify", "--man=no", "--recursive-errors=no", file]).then(
    ({ stderr }) => stderr,
    (error: { stderr: string }) => error.stderr,
  );
const hasSystemd = await run("systemd-analyze", ["--version"]).then(
  () => true,
  () => false,
);
const { skipped, why } = needs({
  name: "systemd",
  met: hasSystemd,
  otherwise: "there is no systemd-analyze here",
});

test.skipIf(skipped)(`systemd understands every line of a unit${why}`, async () => {
  const folder = mkdtempSync(join(tmpdir(), "plumbline-unit-"));
  try {
    const awkward = { services: { api: { command: ["node", 'a "b" c', "100%", "$HOME", "it's \\ so"] } } };
    for (const change of [{}, awkward]) {
      const file = join(folder, "api.service");
      writeFileSync(file, await unitFile(change));
      const complaints = (await verify(file))
        .split("\n")
        .filter(
          (line) => line !== "" && !/docker(\.service)?.*(not found|not executable|No such file)/.test(line),
        );
      expect(complaints).toEqual([]);
    }
    // The same question has an answer where a line is wrong.
    writeFileSync(
      join(folder, "api.service"),
      (await unitFile()).replace("Restart=always", "Restart=allways"),
    );
    expect(await verify(join(folder, "api.service"))).toContain("allways");
  } finally {
    rmSync(folder, { recursive: true });
  }
});
