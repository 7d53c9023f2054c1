// The databases that the service runs on, for tests of what must be the same on all of them.
import { describe } from "vitest";

import { startMariadb, whyWithoutMariadb, withoutMariadb } from "./mariadb.ts";
import { startPostgres } from "./postgres.ts";

/** What both test servers can. */
export interface TestDatabase {
  url(database?: string): string;
  /** Placeholders are $1, $2 ... for both; as superuser, in the first database. */
  query(sql: string, values?: unknown[]): Promise<{ rows: any[]; rowCount: number | null }>;
  createDatabase(name: string): Promise<string>;
  start(): Promise<void>;
  kill(): Promise<void>;
  freeze(): void;
  thaw(): void;
  stop(): Promise<void>;
}

export interface TestEngine {
  /** The end of a title: "on MariaDB", and why it is skipped, where it is. */
  readonly on: string;
  readonly engine: "postgresql" | "mysql";
  readonly isAbsent: boolean;
  start(): Promise<TestDatabase>;
}

/** For `describe.each`, where `onEngines` does not do. */
export const ENGINES: readonly TestEngine[] = [
  { on: "on PostgreSQL", engine: "postgresql", isAbsent: false, start: startPostgres },
  {
    on: `on MariaDB${whyWithoutMariadb}`,
    engine: "mysql",
    isAbsent: withoutMariadb,
    start: () => startMariadb(),
  },
];

/** A title, and whether the tests lack what else they need; the title then says why. */
type Suite = string | { readonly title: string; readonly isSkipped: boolean };

/** The same tests on each database; skipped on one that is not on this machine. */
export function onEngines(suite: Suite, tests: (engine: TestEngine) => void): void {
  const { title, isSkipped } = typeof suite === "string" ? { title: suite, isSkipped: false } : suite;
  for (const each of ENGINES) {
    describe.skipIf(isSkipped || each.isAbsent)(`${title} ${each.on}`, () => {
      tests(each);
    });
  }
}

/** What a column of JSON holds, which one database hands out as it is and another as text. */
export function json(value: unknown): any {
  return typeof value === "string" ? JSON.parse(value) : value;
}

/** All that a table holds, as text and bytes in hexadecimal: for what must not be in it. */
export async function textOf(database: TestDatabase, table: string): Promise<string> {
  const { rows } = await database.query(`select * from ${table}`);
  const cells = rows.flatMap((row) => Object.values(row));
  return cells
    .map((cell) =>
      Buffer.isBuffer(cell) ? `${cell.toString("hex")} ${cell.toString("latin1")}` : String(cell),
    )
    .join("\n");
}
