import { seedRules } from "../rule-sets/seed.ts";
import { persist } from "./backoff.ts";
import { errnoOf, sqlState } from "./errors.ts";
import { type Migration, MigrationError, readMigrations, type StepKeeper } from "./migrations.ts";
import { mysqlSteps } from "./mysql/steps.ts";
import { connect } from "./open.ts";
import { postgresqlSteps } from "./postgresql/steps.ts";
import { engineOf } from "./session.ts";

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
  const steps = await readMigrations(engineOf(url), folder);
  const until = performance.now() + deadline;
  const applied: Migration[] = [];
  const attempt = async () => {
    const remaining = Math.max(1, Math.floor(until - performance.now()));
    const connection = await connect({
      url,
      name: "validator migrate",
      connectTimeout: Math.min(remaining, 5000),
      queryTimeout: remaining,
    });
    const keeper = connection.engine === "mysql" ? mysqlSteps(connection) : postgresqlSteps(connection);
    try {
      await keeper.takeTurn(remaining);
      await applyMissing(keeper, steps, applied);
      await seedRules(connection);
    } finally {
      // Closing the connection ends the turn, also when the connection is what failed.
      connection.release();
    }
  };
  await persist(attempt, { deadline, isFinal: isFinal, ...(onRetry && { onFailure: onRetry }) });
  return applied;
}

async function applyMissing(keeper: StepKeeper, steps: Migration[], applied: Migration[]): Promise<void> {
  const known = await keeper.readApplied();
  for (const step of steps) {
    const before = known.get(step.version);
    if (before === undefined) {
      await keeper.apply(step);
      applied.push(step);
    } else if (before.checksum !== step.checksum) {
      throw new MigrationError(
        "migration_changed",
        `${step.name} differs from the ${before.name} that this database has applied. Restore the file and add a new one.`,
      );
    }
  }
}

/** MySQL has too many connections, of this user or in all: 42000, though waiting does mend it. */
const MAY_PASS = new Set([1203, 1226]);

/** Wrong steps and refused credentials stay wrong; everything else may pass (42 is a fault in the SQL itself). */
function isFinal(error: unknown): boolean {
  if (error instanceof MigrationError) return true;
  return /^(22|23|28|42|3D)...$/.test(sqlState(error) ?? "") && !MAY_PASS.has(errnoOf(error));
}
