import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { environmentsOf } from "#model/resolve.ts";
import { terraformModule } from "#terraform/module/module.ts";
import { REFERENCES, resolved, written } from "#model/testing/references.ts";
import { root } from "../project/repository.ts";
import { differences } from "./differences.ts";

/** `npm test -- test/terraform -u` brings them up to date. */
describe.each(REFERENCES)("what is generated for %s is what was read and agreed", (name) => {
  const folder = join(root, "architectures", name, "golden", "terraform");

  test("in production, file by file", async () => {
    const files = terraformModule(await resolved(name));
    for (const { path, content } of files) await expect(content).toMatchFileSnapshot(join(folder, path));
    const golden = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    expect(golden.filter(({ name }) => !name.endsWith(".diff")).length).toBe(files.length);
  });

  test("in other environments, by what differs from production", async () => {
    const production = terraformModule(await resolved(name));
    const others = environmentsOf(await written(name)).filter((environment) => environment !== "production");
    for (const environment of others) {
      const changes = differences(production, terraformModule(await resolved(name, environment)));
      await expect(changes).toMatchFileSnapshot(join(folder, `${environment}.diff`));
    }
  });
});
