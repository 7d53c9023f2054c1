import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

import type { Engine } from "./session.ts";

/** One forward step: `0001_decisions.sql` is version 1. */
export interface Migration {
  version: number;
  name: string;
  sql: string;
  /** SHA-256 of the file: an applied step that was edited afterwards is refused. */
  checksum: string;
}

/** The database and this program disagree in a way that waiting does not mend. */
export class MigrationError extends Error {
  readonly code: "migration_gap" | "migration_changed" | "migration_half_changed";

  constructor(code: MigrationError["code"], message: string) {
    super(message);
    this.code = code;
  }
}

/** Each engine has steps of its own: what one takes several for may be one in the other. */
const FOLDERS: Record<Engine, string> = {
  postgresql: join(import.meta.dirname, "migrations"),
  mysql: join(import.meta.dirname, "migrations-mysql"),
};

/** Reads the steps in order; throws MigrationError where the versions are not 1, 2, 3 ... */
export async function readMigrations(
  engine: Engine = "postgresql",
  folder = FOLDERS[engine],
): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".sql")).sort();
  return Promise.all(
    names.map(async (name, index) => {
      const version = Number(/^(\d{4})_/.exec(name)?.[1]);
      if (version !== index + 1) {
        throw new MigrationError(
          "migration_gap",
          `${name} should begin with ${String(index + 1).padStart(4, "0")}_: versions have no gaps.`,
        );
      }
      const sql = await readFile(join(folder, name), "utf8");
      return { version, name, sql, checksum: createHash("sha256").update(sql).digest("hex") };
    }),
  );
}

/** How one engine keeps track of its steps. */
export interface StepKeeper {
  /** Waits for its turn among several migrations; it lasts as long as the connection. */
  takeTurn(milliseconds: number): Promise<void>;
  /** Steps that were applied whole, by their versions, with what they were then. */
  readApplied(): Promise<ReadonlyMap<number, { readonly name: string; readonly checksum: string }>>;
  /** Applies a step and records it. */
  apply(step: Migration): Promise<void>;
}
