import { inBoth } from "../database/dialect.ts";
import type { Session } from "../database/session.ts";
import { hashAct, type HashedAct } from "./acts.ts";
import { ACTS_CHAIN } from "./chain.ts";
import { type Findings, timeOf } from "./findings.ts";

interface ActRow extends HashedAct {
  row_hash: string | null;
}

const ACTS = {
  text: inBoth(
    (say) => `
  select id, actor, act, subject, ${say.text("details")} as details, ${say.microseconds("at")} as at,
    ${say.hex("row_hash")} as row_hash
  from audit_events as event where event.at >= $1 and id > $2 order by id limit 1000`,
  ),
};

const LINKS = {
  text: inBoth(
    (say) => `
  select ids, ${say.text("sequence")} as sequence, ${say.hex("row_hashes")} as row_hashes
  from audit_links as link where chain = '${ACTS_CHAIN}' and link.sequence > $1 order by link.sequence limit 5000`,
  ),
  json: ["ids"],
};

/** What the links of the acts hold, as far as it was read: each link of this chain holds one act. */
class Held {
  readonly #client: Session;
  readonly #hashes = new Map<string, string>();
  #last = "0";

  constructor(client: Session) {
    this.#client = client;
  }

  /** Reads the links that were written since the last time. */
  async readOn(): Promise<void> {
    for (;;) {
      const { rows } = await this.#client.query<{ ids: string[]; sequence: string; row_hashes: string }>({
        ...LINKS,
        values: [this.#last],
      });
      for (const { ids, row_hashes: hash } of rows) this.#hashes.set(ids[0] ?? "", hash);
      const end = rows.at(-1);
      if (end === undefined) return;
      this.#last = end.sequence;
    }
  }

  /** The row hash that a link holds of an act; null where none does. */
  of(id: string): string | null {
    return this.#hashes.get(id) ?? null;
  }
}

/** Walks the administrative acts since `since` (milliseconds since 1970). */
export async function verifyActs(
  client: Session,
  { since = 0, findings }: { since: number | undefined; findings: Findings },
): Promise<{ acts: number }> {
  const held = new Held(client);
  let acts = 0;
  let last = ACTS_CHAIN;
  for (;;) {
    const { rows } = await client.query<ActRow>({ ...ACTS, values: [new Date(since), last] });
    // After the acts: an act and its link become visible together.
    await held.readOn();
    for (const row of rows) {
      const what = judge(row, held.of(row.id));
      if (what !== undefined) findings.add({ table: "audit_events", id: row.id, time: timeOf(row.at), what });
    }
    acts += rows.length;
    const end = rows.at(-1);
    if (end === undefined) return { acts };
    last = end.id;
  }
}

function judge(row: ActRow, held: string | null): string | undefined {
  if (held === null) return "was put in: no link holds it";
  if (hashAct(row) !== row.row_hash) return "was altered: its row hash is not that of its columns";
  if (held !== row.row_hash) return "was altered, and its row hash with it: its link holds another one";
  return undefined;
}
