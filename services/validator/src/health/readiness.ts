import { sqlState } from "../database/errors.ts";
import type { Pool } from "../database/session.ts";

type ReadyState =
  | { ready: true; schema: number; rules: RulesState }
  | {
      ready: false;
      why:
        | "draining"
        | "database_unavailable"
        | "migrations_missing"
        | "rules_unavailable"
        | "screening_unavailable";
      message: string;
    };

/** The version that decides, and whether it is what was last published, as far as this replica knows. */
export interface RulesState {
  readonly version: number;
  readonly state: "current" | "behind";
}

export interface Readiness {
  look(): Promise<ReadyState>;
  /** From now on never ready again: the process is about to end. */
  drain(): void;
}

const VERSION = {
  name: "schema.version",
  text: {
    postgresql: "select max(version) as version from schema_migrations",
    // There a step can be applied in part.
    mysql: "select max(version) as version from schema_migrations where applied_at is not null",
  },
};

/** SQLSTATE of a table that is not there: PostgreSQL's, and MySQL's. */
const NO_TABLE = new Set(["42P01", "42S02"]);

/**
 * Ready is who can decide durably: the writer answers and has at least the `expected` migrations (more
 * are fine: a newer version of this service may have brought them during its rollout), there are rules, be they
 * older than the last published ones, and the sanctions lists were read, be there none. `lookup` asks the writer, and gives up sooner than a load
 * balancer waits for a probe.
 */
export function createReadiness(
  lookup: Pool,
  expected: number,
  rules: () => RulesState | undefined,
  isScreeningRead: () => boolean = () => true,
): Readiness {
  let draining = false;
  let looking: Promise<ReadyState> | undefined;

  async function ask(): Promise<ReadyState> {
    try {
      const { rows } = await lookup.query<{ version: number | null }>(VERSION);
      const schema = rows[0]?.version ?? 0;
      if (schema < expected) {
        return {
          ready: false,
          why: "migrations_missing",
          message: `version ${schema} is there, ${expected} is needed`,
        };
      }
      if (!isScreeningRead()) {
        return {
          ready: false,
          why: "screening_unavailable",
          message: "has not read the sanctions lists yet",
        };
      }
      const known = rules();
      if (known !== undefined) return { ready: true, schema, rules: known };
      return { ready: false, why: "rules_unavailable", message: "has no rules to decide by yet" };
    } catch (error) {
      // No migration has ever run.
      if (NO_TABLE.has(sqlState(error) ?? "")) {
        return { ready: false, why: "migrations_missing", message: `none is there, ${expected} is needed` };
      }
      return { ready: false, why: "database_unavailable", message: "does not answer" };
    }
  }

  return {
    async look() {
      if (draining) return { ready: false, why: "draining", message: "is shutting down" };
      // Probes of several load balancer nodes share one question.
      looking ??= ask().finally(() => {
        looking = undefined;
      });
      return looking;
    },
    drain() {
      draining = true;
    },
  };
}
