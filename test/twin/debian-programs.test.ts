import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { linux, type Need, needs } from "#stores/testing.ts";
import { Project } from "../support/project.ts";
import { postTransaction } from "../support/traffic.ts";
import { database } from "../support/twin-view.ts";

const DEBIAN = "/usr/lib/postgresql/15/bin";
const server: Need = {
  name: "debian-postgresql",
  met: existsSync(join(DEBIAN, "initdb")),
  otherwise: "Debian's package postgresql-15 is not installed",
};
const psql: Need = {
  name: "psql",
  met: existsSync("/usr/bin/psql"),
  otherwise: "Debian's package postgresql-client is not installed",
};
const { skipped, why } = needs(linux, server, psql);

describe.skipIf(skipped)(`with Debian's own programs${why}`, () => {
  it("runs the PostgreSQL that is named, and another client reads through the writer endpoint", async () => {
    await using project = new Project({ env: { PLUMBLINE_POSTGRESQL_15: DEBIAN } });
    const up = await project.up("fargate");
    expect(database(up).program).toMatch(/^PostgreSQL 15\.\d+ from explicit$/);
    const { id } = await postTransaction(up.endpoint as string);

    const secrets = JSON.parse(readFileSync(project.state(up.name).secrets, "utf8")) as Record<
      string,
      string
    >;
    const url = `postgresql://app:${secrets["database.application"]}@${database(up).writer}/app`;
    const count = execFileSync("psql", [url, "-Atc", `select count(*) from decisions where id = '${id}'`], {
      encoding: "utf8",
    });
    expect(count.trim()).toBe("1");

    expect((await project.run(["down", "--purge"])).code).toBe(0);
    await project.empty();
  });
});
