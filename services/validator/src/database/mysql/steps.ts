import { errnoOf } from "../errors.ts";
import { type Migration, MigrationError, type StepKeeper } from "../migrations.ts";
import type { Connection } from "../session.ts";

/** Errors of a statement about tables that has taken place before: it is there already, or gone. */
const DONE_BEFORE = new Set([1050, 1051, 1060, 1061, 1062, 1091, 1826, 3822]);

/** Seconds that a step waits for transactions which use its tables; others wait behind it meanwhile. */
const LOCK_WAIT = 5;

interface Begun {
  readonly version: number;
  readonly name: string;
  readonly checksum: string;
  /** How many of its statements have taken place; one more may have. */
  readonly statements: number;
  readonly isWhole: boolean;
}

/**
 * MySQL commits after each statement about tables, so a step can be left half: killed, or failed. Each statement by
 * itself takes place whole or not at all (MySQL's atomic DDL; MariaDB's from 10.6 on), so how many have is recorded after
 * each one, and the step goes on there. Only of the next one nobody knows: where it finds itself done, it is.
 */
export function mysqlSteps(connection: Connection): StepKeeper {
  const begun = new Map<number, Begun>();

  return {
    async takeTurn(milliseconds) {
      await connection.query(`set session lock_wait_timeout = ${LOCK_WAIT}`);
      const { rows } = await connection.query<{ mine: number | null }>({
        // Such locks are the whole server's.
        text: "select get_lock(concat('migrate ', left(sha2(database(), 256), 32)), $1) as mine",
        values: [Math.ceil(milliseconds / 1000)],
        numbers: ["mine"],
      });
      if (rows[0]?.mine !== 1) throw new Error("another migration has not ended in time");
    },

    async readApplied() {
      await connection.query(
        `create table if not exists schema_migrations (
           version int not null primary key, name varchar(255) not null, checksum char(64) not null,
           statements int not null default 0, begun_at datetime(6) not null, applied_at datetime(6)
         ) engine = InnoDB character set utf8mb4 collate utf8mb4_bin`,
      );
      const { rows } = await connection.query<Omit<Begun, "isWhole"> & { applied_at: Date | null }>(
        "select version, name, checksum, statements, applied_at from schema_migrations",
      );
      for (const row of rows) begun.set(row.version, { ...row, isWhole: row.applied_at !== null });
      return new Map([...begun].filter(([, { isWhole }]) => isWhole));
    },

    async apply(step) {
      const statements = statementsOf(step.sql);
      const first = await begin(connection, step, begun.get(step.version), statements.length);
      for (const [index, statement] of statements.entries()) {
        if (index < first) continue;
        await connection.begin("write");
        await connection.query(statement).catch((error: unknown) => {
          const mayBeDone = index === first && begun.has(step.version);
          if (!mayBeDone || !DONE_BEFORE.has(errnoOf(error))) throw error;
        });
        await connection.query("update schema_migrations set statements = $2 where version = $1", [
          step.version,
          index + 1,
        ]);
        await connection.commit();
      }
      await connection.query(
        "update schema_migrations set applied_at = utc_timestamp(6) where version = $1",
        [step.version],
      );
    },
  };
}

/** Records that a step begins, or finds where it was left: the number of its first statement, counted from 0. */
async function begin(
  connection: Connection,
  { version, name, checksum }: Migration,
  before: Begun | undefined,
  length: number,
): Promise<number> {
  if (before === undefined) {
    await connection.query(
      "insert into schema_migrations (version, name, checksum, begun_at) values ($1, $2, $3, utc_timestamp(6))",
      [version, name, checksum],
    );
    return 0;
  }
  if (before.checksum === checksum) return before.statements;
  throw new MigrationError(
    "migration_half_changed",
    `${before.name} was left after ${before.statements} of its statements, and ${name} is another file now (of ${length}): ` +
      "bring the file back as it was, run the migrations, and put what is new into a step of its own.",
  );
}

/** A statement ends with a semicolon at the end of a line. */
export function statementsOf(sql: string): string[] {
  return sql
    .split(/;[ \t]*$/m)
    .map((statement) => statement.replaceAll(/^\s*--.*$/gm, "").trim())
    .filter((statement) => statement !== "");
}
