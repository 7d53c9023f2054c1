import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";

import { startPostgres, type TestPostgres } from "../../test/postgres.ts";
import { migrate, MigrationError, readMigrations } from "./migrator.ts";

let postgres: TestPostgres;
let url: string;
let folder: string;
let count = 0;

beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres?.stop());

beforeEach(async () => {
  url = await postgres.createDatabase(`migrations_${++count}`);
  folder = await mkdtemp(join(tmpdir(), "validator-migrations-"));
  await cp(join(import.meta.dirname, "migrations"), folder, { recursive: true });
  return () => rm(folder, { recursive: true });
});

const run = (deadline = 10_000) => migrate({ url, deadline, folder });
const names = (steps: { name: string }[]) => steps.map(({ name }) => name);

const all = names(await readMigrations());
/** Name of a step after all that there are; of a later one with `gap`. */
const next = (name: string, gap = 0) => `${String(all.length + 1 + gap).padStart(4, "0")}_${name}.sql`;

test("applies what is missing, once, also when several come at once", async () => {
  const applied = await Promise.all([run(), run(), run()]);
  expect(names(applied.flat())).toEqual(all);
  await writeFile(join(folder, next("more")), "create table more (id int)");
  expect(names(await run())).toEqual([next("more")]);
  expect(await run()).toEqual([]);
});

test("a step that fails leaves nothing behind", async () => {
  await writeFile(join(folder, next("bad")), "create table half (id int); insert into half values ('x')");
  await expect(run()).rejects.toThrow(/invalid input syntax/);
  await writeFile(join(folder, next("bad")), "create table half (id int)");
  expect(names(await run())).toEqual([next("bad")]);
});

test("an applied step may not change", async () => {
  await run();
  const file = join(folder, "0001_decisions.sql");
  await writeFile(file, `${await readFile(file, "utf8")}-- changed\n`);
  await expect(run()).rejects.toThrow(MigrationError);
});

test("versions have no gaps", async () => {
  await writeFile(join(folder, next("gap", 1)), "select 1");
  await expect(readMigrations(folder)).rejects.toThrow(
    `${next("gap", 1)} should begin with ${next("").slice(0, 5)}`,
  );
});

test("a database that is ahead is left alone", async () => {
  await writeFile(join(folder, next("newer")), "select 1");
  await run();
  await rm(join(folder, next("newer")));
  expect(await run()).toEqual([]);
});

test("waits for a database that is away, and gives up at the deadline", async () => {
  await postgres.kill();
  await expect(run(300)).rejects.toThrow(/ECONNREFUSED/);
  const refused = Promise.withResolvers<unknown>();
  const waiting = migrate({ url, deadline: 20_000, folder, onRetry: refused.resolve });
  await refused.promise;
  await postgres.start();
  expect(names(await waiting)).toEqual(all);
});
