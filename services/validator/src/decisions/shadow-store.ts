import { BinaryColumns, ELEMENT } from "../database/binary.ts";
import { literal } from "../database/mysql/text.ts";
import type { Pool } from "../database/session.ts";
import type { ShadowDecision } from "./shadows.ts";

// The commit waits for no disk and no standby: what is lost then is missed by nobody.
const STORE = {
  name: "shadow-decisions.insert",
  text: `with hurry as materialized (select set_config('synchronous_commit', 'off', true))
         insert into shadow_decisions (decision_id, rule_set_version, rule_set_hash, outcome, score, rule_results,
           decided_outcome)
         select row.* from hurry, unnest($1::uuid[], $2::int4[], $3::bytea[], $4::text[], $5::int4[], $6::json[], $7::text[]) as row
         on conflict do nothing`,
};

/** Stores what shadows would have decided. Nobody waits for it, so it takes no connection from the batches. */
export async function storeShadowDecisions(pool: Pool, rows: readonly ShadowDecision[]): Promise<void> {
  await (pool.engine === "mysql" ? storeOnMysql(pool, rows) : storeOnPostgresql(pool, rows));
}

async function storeOnMysql(pool: Pool, rows: readonly ShadowDecision[]): Promise<void> {
  const tuples = rows.map(({ decision, ruleSet, outcome, score, results, decided }) => {
    const hash = Buffer.from(ruleSet.hash, "hex");
    const values = [decision, ruleSet.version, hash, outcome, score, JSON.stringify(results), decided];
    return `(${values.map(literal).join(", ")})`;
  });
  await pool.query(
    `insert into shadow_decisions (decision_id, rule_set_version, rule_set_hash, outcome, score, rule_results,
       decided_outcome)
     values ${tuples.join(", ")} on duplicate key update outcome = shadow_decisions.outcome`,
  );
}

async function storeOnPostgresql(pool: Pool, rows: readonly ShadowDecision[]): Promise<void> {
  const columns = new BinaryColumns(rows.length * 1000);
  const column = (type: keyof typeof ELEMENT, write: (to: BinaryColumns, row: ShadowDecision) => void) =>
    columns.column(ELEMENT[type], rows, write);
  await pool.query({
    ...STORE,
    values: [
      column("uuid", (to, row) => to.uuid(row.decision)),
      column("int4", (to, row) => to.int4(row.ruleSet.version)),
      column("bytea", (to, row) => to.hex(row.ruleSet.hash)),
      column("text", (to, row) => to.text(row.outcome)),
      column("int4", (to, row) => to.int4(row.score)),
      column("json", (to, row) => to.text(JSON.stringify(row.results))),
      column("text", (to, row) => to.text(row.decided)),
    ],
  });
}
