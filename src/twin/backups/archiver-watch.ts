import { type Access, query } from "#stores/postgresql/connection.ts";

/** How often the primary is asked, and how long it may take to answer. */
const LOOK_EVERY_MS = 5_000;
const ANSWERS_WITHIN_MS = 2_000;

/** Looks whether a server's log gets to the bucket: while it does not, a disaster would lose more and more. */
export class ArchiverWatch {
  readonly #onChange: (trouble: string | null) => void;
  #next = 0;
  #trouble: string | null = null;

  constructor(onChange: (trouble: string | null) => void) {
    this.#onChange = onChange;
  }

  /** What hinders it at the moment; null where nothing does. */
  get trouble(): string | null {
    return this.#trouble;
  }

  /** A server that does not answer is somebody else's affair. */
  async look(primary: Access | null): Promise<void> {
    if (!primary || performance.now() < this.#next) return;
    this.#next = performance.now() + LOOK_EVERY_MS;
    const rows = await query<{ failing: string | null }>(primary, ANSWERS_WITHIN_MS, FAILING).catch(() => []);
    const [row] = rows;
    if (!row) return;
    const trouble = row.failing === null ? null : `its log is not archived: ${row.failing} failed`;
    if (trouble === this.#trouble) return;
    this.#trouble = trouble;
    this.#onChange(trouble);
  }
}

/** https://www.postgresql.org/docs/15/monitoring-stats.html#MONITORING-PG-STAT-ARCHIVER-VIEW */
const FAILING = `SELECT CASE WHEN last_failed_time > coalesce(last_archived_time, '-infinity')
    THEN last_failed_wal END AS failing
  FROM pg_stat_archiver`;
