// The migration job: `node services/validator/src/migrate.ts` brings DATABASE_URL's database to the newest version.
import { ConfigError, readConfig } from "./config.ts";
import { MigrationError } from "./database/migrations.ts";
import { migrate } from "./database/migrator.ts";

function log(level: 30 | 40 | 50, msg: string, fields: object = {}): void {
  process.stdout.write(`${JSON.stringify({ level, time: Date.now(), job: "migrate", ...fields, msg })}\n`);
}

try {
  const config = readConfig(process.env);
  let lastTold = "";
  const applied = await migrate({
    url: config.writerUrl,
    deadline: config.migrateDeadline,
    onRetry: (error) => {
      // The same trouble, many times a second, is told once.
      const { message: text, code } = error as Error & { code?: string };
      const message = text || code || "no connection";
      if (message !== lastTold) log(40, "the database does not answer yet; trying again", { error: message });
      lastTold = message;
    },
  });
  log(30, applied.length === 0 ? "nothing to apply" : "migrations applied", {
    applied: applied.map(({ name }) => name),
  });
} catch (error) {
  const { message, code } = error as Error & { code?: string };
  const expected = error instanceof ConfigError || error instanceof MigrationError;
  log(50, expected ? message : `the migrations were not applied: ${message || code}`, { code });
  process.exitCode = 1;
}
