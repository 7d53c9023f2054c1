import type { Migration, StepKeeper } from "../migrations.ts";
import type { Connection } from "../session.ts";

/** Any number that nobody else locks by: two migrations at once take turns. */
const LOCK = 7_201_845_331;

export function postgresqlSteps(connection: Connection): StepKeeper {
  return {
    async takeTurn() {
      await connection.query("select pg_advisory_lock($1)", [LOCK]);
    },

    async readApplied() {
      await connection.query(
        `create table if not exists schema_migrations (
           version integer primary key, name text not null, checksum text not null,
           applied_at timestamptz not null default now())`,
      );
      const { rows } = await connection.query<{ version: number; name: string; checksum: string }>(
        "select version, name, checksum from schema_migrations",
      );
      return new Map(rows.map((row) => [row.version, row]));
    },

    /** A step and its record are one transaction: there is no half of one. */
    async apply({ version, name, sql, checksum }: Migration) {
      await connection.query("begin");
      try {
        await connection.query(sql);
        await connection.query(
          "insert into schema_migrations (version, name, checksum) values ($1, $2, $3)",
          [version, name, checksum],
        );
        await connection.query("commit");
      } catch (error) {
        await connection.query("rollback").catch(() => {});
        throw error;
      }
    },
  };
}
