import type pg from "pg";

type ReadyState =
  | { ready: true; schema: number }
  | { ready: false; why: "draining" | "database_unavailable" | "migrations_missing"; message: string };

export interface Readiness {
  look(): Promise<ReadyState>;
  /** From now on never ready again: the process is about to end. */
  drain(): void;
}

const VERSION = { name: "schema.version", text: "select max(version) as version from schema_migrations" };

/**
 * Ready is who can decide durably: the writer answers and has at least the `expected` migrations (more
 * are fine: a newer version of this service may have brought them during its rollout). `lookup` asks the
 * writer, and gives up sooner than a load balancer waits for a probe.
 */
export function createReadiness(lookup: pg.Pool, expected: number): Readiness {
  let draining = false;
  let looking: Promise<ReadyState> | undefined;

  async function ask(): Promise<ReadyState> {
    try {
      const { rows } = await lookup.query<{ version: number | null }>(VERSION);
      const schema = rows[0]?.version ?? 0;
      if (schema >= expected) return { ready: true, schema };
      return {
        ready: false,
        why: "migrations_missing",
        message: `version ${schema} is there, ${expected} is needed`,
      };
    } catch (error) {
      // 42P01: no such table, so no migration has ever run.
      if ((error as { code?: string }).code === "42P01") {
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
