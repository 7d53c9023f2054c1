// What decided in a time, and which windows it asked for.
import type { Pool } from "../database/session.ts";
import { createPastRuleSets } from "../decisions/past-rule-sets.ts";
import type { RuleSetName } from "../decisions/row.ts";
import { RuleSetInvalid } from "../rules/problems.ts";

/** Ids of the windows that a version asked for; undefined where it is no longer there, or cannot be read any more. */
export type AskedBy = (name: RuleSetName) => Promise<ReadonlySet<string> | undefined>;

export function createAskedBy(pool: Pool): AskedBy {
  const find = createPastRuleSets(pool);
  const known = new Map<string, ReadonlySet<string> | undefined>();

  return async (name) => {
    if (known.has(name.hash)) return known.get(name.hash);
    const asked = await find(name).then(
      (found) => found && new Set(found.aggregates.map(({ id }) => id)),
      (error: unknown) => {
        // Another version of the service has saved it.
        if (error instanceof RuleSetInvalid) return undefined;
        throw error;
      },
    );
    known.set(name.hash, asked);
    return asked;
  };
}

/** Milliseconds after which every replica has learned of a change. */
const LEARNING = 3_600_000;

/** Versions that were live at some time from `from` to `to`, and just before: replicas learn of a change a little later. */
export async function decidedIn(pool: Pool, from: Date, to: Date): Promise<RuleSetName[]> {
  const { rows } = await pool.query<RuleSetName>(
    `select distinct version, hash from rule_set_activations join rule_set_versions using (version)
     where live_from < $2 and (live_to is null or live_to > $1)`,
    [new Date(from.getTime() - LEARNING), to],
  );
  return rows;
}
