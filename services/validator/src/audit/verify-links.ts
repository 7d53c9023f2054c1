import { type Dialect, inBoth } from "../database/dialect.ts";
import type { Session } from "../database/session.ts";
import { ACTS_CHAIN, hashLink, NOTHING } from "./chain.ts";
import { settleEpochs } from "./epochs.ts";
import { type Findings, timeOf } from "./findings.ts";
import { readHorizon } from "./order.ts";
import type { Anchored } from "./verify-anchors.ts";

interface LinkColumns {
  chain: string;
  sequence: string;
  follows_chain: string | null;
  follows_sequence: string | null;
  previous: string;
  ids: string[];
  row_hashes: string;
  written_at: string;
  transaction_id: string;
  hash: string;
}

/** A statement that reads links. */
const select = ({ hex, microseconds, text }: Dialect, rest: string) => `
  select chain, ${text("sequence")} as sequence, follows_chain, ${text("follows_sequence")} as follows_sequence,
    ${hex("previous")} as previous, ids, ${hex("row_hashes")} as row_hashes,
    ${microseconds("written_at")} as written_at, ${text("transaction_id")} as transaction_id, ${hex("hash")} as hash
  from audit_links as link ${rest}`;

const PAGE = {
  text: inBoth((say) =>
    select(
      say,
      `where link.transaction_id < $1 and link.transaction_id >= $2
        and (link.transaction_id, link.chain, link.sequence) > ($2, $3, $4)
      order by link.transaction_id, link.chain, link.sequence limit 100`,
    ),
  ),
  json: ["ids"],
};

const OF_CHAIN = {
  text: inBoth((say) =>
    select(
      say,
      "where link.chain = $1 and link.sequence > $2 and link.sequence <= $3 order by link.sequence limit 100",
    ),
  ),
  json: ["ids"],
};

const HASH = inBoth(
  ({ hex }) => `select ${hex("hash")} as hash from audit_links where chain = $1 and sequence = $2`,
);

const MISSING = (table: "decisions" | "audit_events") => ({
  postgresql: `select id from unnest($1::uuid[]) as id where not exists (select from ${table} where ${table}.id = id.id)`,
  mysql: `select named.id from json_table($1, '$[*]' columns (id char(36) character set ascii path '$')) as named
    where not exists (select 1 from ${table} where ${table}.id = named.id)`,
});

/**
 * Walks all links that are there to stay, those of transactions below the oldest one in progress, in their order. What
 * a chain has before one of them, or an anchor holds, is walked as well, whatever transaction it claims to be of.
 */
export async function verifyLinks(
  client: Session,
  { since, anchored, findings }: { since: number | undefined; anchored: Anchored; findings: Findings },
): Promise<{ links: number }> {
  await settleEpochs(client);
  const bound = await readHorizon(client);
  const walk = new Walk(client, anchored, findings);
  let last: [string, string, string] = [anchored.from.toString(), ACTS_CHAIN, "0"];
  for (;;) {
    const { rows } = await client.query<LinkColumns>({ ...PAGE, values: [bound, ...last] });
    for (const link of rows) {
      const sequence = Number(link.sequence);
      await walk.upTo(link.chain, sequence - 1, since === undefined ? 0 : sequence - 1);
      await walk.on(link);
    }
    await walk.verifyRowsAreThere();
    const end = rows.at(-1);
    if (end === undefined) break;
    last = [end.transaction_id, end.chain, end.sequence];
  }
  for (const [chain, sequence] of anchored.heads)
    await walk.upTo(chain, sequence, since === undefined ? 0 : sequence - 1);
  await walk.verifyRowsAreThere();
  return { links: walk.count };
}

class Walk {
  count = 0;
  readonly #client: Session;
  readonly #anchored: Anchored;
  readonly #findings: Findings;
  /** How far each chain was walked. */
  readonly #heads = new Map<string, { sequence: number; hash: string }>();
  /** Links whose rows have not been looked for. */
  #walked: LinkColumns[] = [];

  constructor(client: Session, anchored: Anchored, findings: Findings) {
    this.#client = client;
    this.#anchored = anchored;
    this.#findings = findings;
  }

  /** Walks what a chain has up to a link; from `start` on where it was not walked before. */
  async upTo(chain: string, sequence: number, start: number): Promise<void> {
    for (;;) {
      const from = this.#heads.get(chain)?.sequence ?? start;
      if (from >= sequence) return;
      const values = [chain, from, sequence];
      const { rows } = await this.#client.query<LinkColumns>({ ...OF_CHAIN, values });
      for (const link of rows) await this.on(link);
      if (rows.length === 0) return;
      await this.verifyRowsAreThere();
    }
  }

  async on(link: LinkColumns): Promise<void> {
    const { chain } = link;
    const sequence = Number(link.sequence);
    if (sequence <= (this.#heads.get(chain)?.sequence ?? 0)) return;
    const tell = (what: string) =>
      this.#findings.add({
        table: "audit_links",
        id: `${chain} ${sequence}`,
        time: timeOf(link.written_at),
        what,
      });
    await this.#verifyPlace(link, tell);
    verifyContent(link, tell);
    const isHeld = sequence <= (this.#anchored.heads.get(chain) ?? 0);
    if (!isHeld && BigInt(link.transaction_id) < this.#anchored.through) {
      tell("is held by no anchor: it was put in later");
    }
    this.#heads.set(chain, { sequence, hash: link.hash });
    this.#walked.push(link);
    this.count++;
  }

  /** Whether the link follows the one that it says it follows. */
  async #verifyPlace(link: LinkColumns, tell: (what: string) => void): Promise<void> {
    const sequence = Number(link.sequence);
    const before = this.#heads.get(link.chain);
    const place: [string | null, string | null] =
      sequence === 1 ? [link.follows_chain, link.follows_sequence] : [link.chain, `${sequence - 1}`];
    let expected: string | undefined;
    if (before?.sequence === sequence - 1) expected = before.hash;
    else if (place[0] === null) expected = NOTHING;
    else expected = (await this.#client.query<{ hash: string }>({ text: HASH, values: place })).rows[0]?.hash;
    if (expected === undefined) tell(`follows link ${place.join(" ")}, which is missing`);
    else if (expected !== link.previous) tell(`does not hold the hash of link ${place.join(" ")}`);
  }

  /** Asks for the rows of the links walked since the last time. */
  async verifyRowsAreThere(): Promise<void> {
    for (const table of ["decisions", "audit_events"] as const) {
      const links = this.#walked.filter(({ chain }) => (chain === ACTS_CHAIN) === (table === "audit_events"));
      const { rows } = await this.#client.query<{ id: string }>({
        text: MISSING(table),
        values: [links.flatMap(({ ids }) => ids)],
      });
      for (const { id } of rows) {
        const link = links.find(({ ids }) => ids.includes(id)) as LinkColumns;
        const what = `is missing: link ${link.chain} ${link.sequence} holds it`;
        this.#findings.add({ table, id, time: timeOf(link.written_at), what });
      }
    }
    this.#walked = [];
  }
}

function verifyContent(link: LinkColumns, tell: (what: string) => void): void {
  const { ids, row_hashes: rowHashes } = link;
  const hashed = hashLink({
    chain: link.chain,
    sequence: Number(link.sequence),
    follows: { chain: link.follows_chain ?? ACTS_CHAIN, sequence: Number(link.follows_sequence ?? 0) },
    previous: link.previous,
    rowHashes,
    writtenAt: BigInt(link.written_at),
    transactionId: BigInt(link.transaction_id),
  });
  if (hashed !== link.hash) tell("was altered: its hash is not that of its columns");
  const inOrder = ids.every((id, index) => index === 0 || (ids[index - 1] as string) < id);
  if (!inOrder || rowHashes.length !== ids.length * 64)
    tell("was altered: its ids are not those of its row hashes");
}
