import type pg from "pg";

import { hashAct, type HashedAct } from "./acts.ts";
import { ACTS_CHAIN } from "./chain.ts";
import { type Findings, microseconds, timeOf } from "./findings.ts";

interface ActRow extends HashedAct {
  row_hash: string | null;
  held: string | null;
}

// Each link of this chain holds one act.
const ACTS = `
  select event.id, actor, act, subject, details::text as details, ${microseconds("at")},
    encode(row_hash, 'hex') as row_hash, encode(link.row_hashes, 'hex') as held
  from audit_events as event
    left join audit_links as link on link.chain = '${ACTS_CHAIN}' and link.ids[1] = event.id
  where event.at >= $1 and event.id > $2 order by event.id limit 1000`;

/** Walks the administrative acts since `since` (milliseconds since 1970). */
export async function verifyActs(
  client: pg.ClientBase,
  { since = 0, findings }: { since: number | undefined; findings: Findings },
): Promise<{ acts: number }> {
  let acts = 0;
  let last = ACTS_CHAIN;
  for (;;) {
    const { rows } = await client.query<ActRow>(ACTS, [new Date(since), last]);
    for (const row of rows) {
      const what = judge(row);
      if (what !== undefined) findings.add({ table: "audit_events", id: row.id, time: timeOf(row.at), what });
    }
    acts += rows.length;
    const end = rows.at(-1);
    if (end === undefined) return { acts };
    last = end.id;
  }
}

function judge(row: ActRow): string | undefined {
  if (row.held === null) return "was put in: no link holds it";
  if (hashAct(row) !== row.row_hash) return "was altered: its row hash is not that of its columns";
  if (row.held !== row.row_hash) return "was altered, and its row hash with it: its link holds another one";
  return undefined;
}
