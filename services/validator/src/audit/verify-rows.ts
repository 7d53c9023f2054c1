import { hash } from "node:crypto";

import { inBoth } from "../database/dialect.ts";
import type { Session } from "../database/session.ts";
import { firstIdOf } from "../decisions/ids.ts";
import { hashColumns, type HashedColumns } from "../decisions/row.ts";
import type { TransactionBody } from "../transactions/schema.ts";
import { type Findings, timeOf } from "./findings.ts";

interface Row extends HashedColumns {
  transaction: string;
  row_hash: string | null;
  link_chain: string | null;
  link_sequence: string | null;
}

const PAGE = {
  name: "audit.page",
  text: inBoth(
    ({ hex, microseconds, text }) => `
  select id, idempotency_key, ${hex("fingerprint")} as fingerprint, ${text("transaction")} as transaction,
    ${text("amount")} as amount, currency, debtor_account, creditor_account, outcome, ${text("score")} as score,
    ${text("reasons")} as reasons, ${text("rule_set_version")} as rule_set_version,
    ${hex("rule_set_hash")} as rule_set_hash, ${text("rule_results")} as rule_results, ${text("facts")} as facts,
    ${microseconds("received_at")} as received_at, ${microseconds("decided_at")} as decided_at, zone, replica, engine,
    ${hex("row_hash")} as row_hash, link_chain, ${text("link_sequence")} as link_sequence
  from decisions where id >= $1 and id <= $2 order by id limit 2000`,
  ),
};

const LINKS = {
  name: "audit.links",
  text: {
    postgresql: `
  select link.chain, link.sequence::text as sequence, ids::text[] as ids, encode(row_hashes, 'hex') as row_hashes
  from json_to_recordset($1) as named(chain uuid, sequence bigint) join audit_links as link using (chain, sequence)`,
    mysql: `
  select link.chain, link.sequence, ids, lower(hex(row_hashes)) as row_hashes
  from json_table($1, '$[*]' columns (chain char(36) character set ascii path '$.chain', sequence bigint path '$.sequence'))
    as named straight_join audit_links as link on link.chain = named.chain and link.sequence = named.sequence`,
  },
  json: ["ids"],
};

const SMALLEST_ID = "00000000-0000-0000-0000-000000000000";
const LARGEST_ID = "ffffffff-ffff-ffff-ffff-ffffffffffff";
/** Milliseconds of writing that are followed up at most, where writers are faster than this. */
const FOLLOWED = 60_000;
/** Milliseconds by which no replica's clock is ahead. */
const AHEAD = 3_600_000;

/**
 * Walks decisions in the order of their ids, from `since` to about `now` (milliseconds since 1970), and those whose ids
 * claim to be of the future: each must give its row hash, and the link that it names must hold that hash. A row and its
 * link become visible together, so writers do not disturb. Rows without a hash are fine where they are older than
 * `hashedSince`.
 */
export async function verifyDecisions(
  client: Session,
  options: { since: number | undefined; now: number; hashedSince: number; findings: Findings },
): Promise<{ rows: number }> {
  const { since, now, hashedSince, findings } = options;
  const mustBeHashed = firstIdOf(hashedSince);
  let count = 0;
  for (const [first, end] of [
    [since === undefined ? SMALLEST_ID : firstIdOf(since), firstIdOf(now + FOLLOWED)],
    [firstIdOf(now + AHEAD), LARGEST_ID],
  ] as const) {
    for await (const { rows, held } of pages(client, first, end)) {
      for (const row of rows) {
        const what = judge(row, held, mustBeHashed);
        if (what === undefined) continue;
        findings.add({ table: "decisions", id: row.id, time: timeOf(row.received_at), what });
      }
      count += rows.length;
    }
  }
  return { rows: count };
}

async function* pages(client: Session, first: string, end: string) {
  const ask = (from: string) => client.query<Row>({ ...PAGE, values: [from, end] });
  let asked = ask(first);
  for (let last: string | undefined; ;) {
    const rows = (await asked).rows.filter(({ id }) => id !== last);
    last = rows.at(-1)?.id;
    if (last === undefined) return;
    const held = readLinks(client, rows);
    // The database reads the next page while this one is judged.
    asked = ask(last);
    asked.catch(() => {});
    yield { rows, held: await held };
  }
}

/** Hashes that links hold, by link and row. */
type Held = Map<string, Map<string, string>>;

async function readLinks(client: Session, rows: readonly Row[]): Promise<Held> {
  const byLink = new Map(rows.map((row) => [`${row.link_chain} ${row.link_sequence}`, row]));
  const named = [...byLink.values()].filter((row) => row.link_chain !== null && row.link_sequence !== null);
  const names = JSON.stringify(named.map((row) => ({ chain: row.link_chain, sequence: row.link_sequence })));
  const links = await client.query<{ chain: string; sequence: string; ids: string[]; row_hashes: string }>({
    ...LINKS,
    values: [names],
  });
  return new Map(
    links.rows.map((link) => [
      `${link.chain} ${link.sequence}`,
      new Map(link.ids.map((id, index) => [id, link.row_hashes.slice(index * 64, index * 64 + 64)])),
    ]),
  );
}

function judge(row: Row, held: Held, mustBeHashed: string): string | undefined {
  if (row.row_hash === null && row.link_chain === null && row.id < mustBeHashed) return undefined;
  const link = `${row.link_chain} ${row.link_sequence}`;
  const hashes = held.get(link);
  if (row.link_chain === null) return "was put in: it names no link";
  if (hashes === undefined) return `names link ${link}, which is missing`;
  const inLink = hashes.get(row.id);
  if (inLink === undefined) return `was put in: link ${link} does not hold it`;
  const isWhole = hashColumns(row) === row.row_hash && hash("sha256", row.transaction) === row.fingerprint;
  if (isWhole && row.row_hash === inLink) return undefined;
  if (isWhole) return `was altered, and its row hash with it: link ${link} holds another one`;
  return `was altered: ${described(row)}`;
}

/** Where the columns contradict the transaction it is known which of them was altered. */
function described(row: Row): string {
  if (hash("sha256", row.transaction) !== row.fingerprint)
    return "its fingerprint is not that of its transaction";
  const transaction = JSON.parse(row.transaction) as Partial<TransactionBody> | null;
  const { instructedAmount, debtor, creditor } = transaction ?? {};
  const said = {
    amount: instructedAmount?.value?.toString(),
    currency: instructedAmount?.currency,
    debtor_account: debtor?.account?.iban ?? debtor?.account?.other,
    creditor_account: creditor?.account?.iban ?? creditor?.account?.other,
  };
  for (const column of ["amount", "currency", "debtor_account", "creditor_account"] as const) {
    if ((said[column] ?? null) !== row[column]) {
      return `its ${column} is ${row[column]}, and its transaction says ${said[column]}`;
    }
  }
  return "its row hash is not that of its columns";
}
