/** What the twin runs in place of what AWS runs, or leaves out; named wherever a twin's figures are. */
export interface Substitute {
  /** The part of the architecture, as a path: `stores.database`. */
  readonly part: string;
  /** What AWS runs: `RDS PostgreSQL 15.4, db.t3.small`. */
  readonly declared: string;
  /** What runs here, or `nothing`. */
  readonly runs: string;
  readonly reason: string;
}
