import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

import pg from "pg";

import { seedRules } from "../rule-sets/seed.ts";
import { persist } from "./backoff.ts";

/** One forward step: `0001_decisions.sql` is version 1. */
export interface Migration {
  version: number;
  name: string;
  sql: string;
  /** SHA-256 of the file: an applied step that was edited afterwards is refused. */
  checksum: string;
}

/** The database and this program disagree in a way that waiting does not mend. */
export class MigrationError extends Error {}

/** Any number that nobody else locks by: two migrations at once take turns. */
const LOCK = 7_201_845_331;

const MIGRATIONS = join(import.meta.dirname, "migrations");

/** Reads the steps in order; throws MigrationError where the versions are not 1, 2, 3 ... */
export async function readMigrations(folder = MIGRATIONS): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".sql")).sort();
  return Promise.all(
    names.map(async (name, index) => {
      const version = Number(/^(\d{4})_/.exec(name)?.[1]);
      if (version !== index + 1) {
        throw new MigrationError(
          `${name} should begin with ${String(index + 1).padStart(4, "0")}_: versions have no gaps.`,
        );
      }
      const sql = await readFile(join(folder, name), "utf8");
      return { version, name, sql, checksum: createHash("sha256").update(sql).digest("hex") };
    }),
  );
}

export interface MigrateOptions {
  url: string;
  /** Milliseconds for everything, with waiting for the database and for another migration. */
  deadline: number;
  onRetry?: (error: unknown) => void;
  folder?: string;
}

/**
 * Brings the database to the newest step; applied ones are left alone. A new database gets its first rules. Returns the
 * steps it applied.
 */
export async function migrate({ url, deadline, onRetry, folder }: MigrateOptions): Promise<Migration[]> {
  const steps = await readMigrations(folder);
  const until = performance.now() + deadline;
  const applied: Migration[] = [];
  const attempt = async () => {
    const remaining = Math.max(1, Math.floor(until - performance.now()));
    const client = new pg.Client({
      connectionString: url,
      connectionTimeoutMillis: Math.min(remaining, 5000),
      query_timeout: remaining,
      application_name: "validator migrate",
    });
    client.on("error", () => {});
    try {
      await client.connect();
      await client.query("select pg_advisory_lock($1)", [LOCK]);
      await applyMissing(client, steps, applied);
      await seedRules(client);
    } finally {
      // Ending the connection releases the lock, also when the connection is what failed.
      await client.end().catch(() => {});
    }
  };
  await persist(attempt, { deadline, isFinal: isFinal, ...(onRetry && { onFailure: onRetry }) });
  return applied;
}

async function applyMissing(client: pg.Client, steps: Migration[], applied: Migration[]): Promise<void> {
  await client.query(
    `create table if not exists schema_migrations (
       version integer primary key, name text not null, checksum text not null,
       applied_at timestamptz not null default now())`,
  );
  const { rows } = await client.query<{ version: number; name: string; checksum: string }>(
    "select version, name, checksum from schema_migrations order by version",
  );
  const known = new Map(rows.map((row) => [row.version, row]));
  for (const step of steps) {
    const before = known.get(step.version);
    if (before === undefined) {
      await applyOne(client, step);
      applied.push(step);
    } else if (before.checksum !== step.checksum) {
      throw new MigrationError(
        `${step.name} differs from the ${before.name} that this database has applied. Restore the file and add a new one.`,
      );
    }
  }
}

/** A step and its record are one transaction: there is no half of one. */
async function applyOne(client: pg.Client, step: Migration): Promise<void> {
  await client.query("begin");
  try {
    await client.query(step.sql);
    await client.query("insert into schema_migrations (version, name, checksum) values ($1, $2, $3)", [
      step.version,
      step.name,
      step.checksum,
    ]);
    await client.query("commit");
  } catch (error) {
    await client.query("rollback").catch(() => {});
    throw error;
  }
}

/** Wrong steps and refused credentials stay wrong; everything else may pass (42 is a fault in the SQL itself). */
function isFinal(error: unknown): boolean {
  if (error instanceof MigrationError) return true;
  const code = String((error as { code?: unknown }).code ?? "");
  return /^(22|23|28|42|3D)...$/.test(code);
}
