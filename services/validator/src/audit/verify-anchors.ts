import { inBoth } from "../database/dialect.ts";
import type { Session } from "../database/session.ts";
import { hashAnchor } from "./anchors.ts";
import { NOTHING } from "./chain.ts";
import { type Findings, timeOf } from "./findings.ts";

interface AnchorColumns {
  number: string;
  at: string;
  previous: string;
  through: string;
  heads: string;
  hash: string;
}

/** A statement that reads anchors. */
const select = (rest: string) =>
  inBoth(
    (say) => `select ${say.text("number")} as number, ${say.microseconds("at")} as at,
      ${say.hex("previous")} as previous, ${say.text("through")} as through, ${say.text("heads")} as heads,
      ${say.hex("hash")} as hash
    from audit_anchors as anchor ${rest}`,
  );

const PAGE = select("where anchor.number > $1 order by anchor.number limit 500");
const BEFORE = select("where anchor.at < $1 order by anchor.at desc limit 1");
const ONE = select("where anchor.number = $1");

const BROKEN_HEADS = {
  text: {
    postgresql: `
  select anchor.number::text as number, (extract(epoch from anchor.at) * 1000000)::bigint::text as at,
    head->>0 as chain, head->>1 as sequence, case when link.hash is null then 1 else 0 end as missing
  from audit_anchors as anchor, json_array_elements(anchor.heads) as head
    left join audit_links as link on link.chain = (head->>0)::uuid and link.sequence = (head->>1)::bigint
  where anchor.number = any($1::bigint[]) and encode(link.hash, 'hex') is distinct from head->>2`,
    mysql: `
  select anchor.number, timestampdiff(microsecond, '1970-01-01', anchor.at) as at,
    head.chain, head.sequence, case when link.hash is null then 1 else 0 end as missing
  from audit_anchors as anchor
    join json_table(anchor.heads, '$[*]' columns (
      chain char(36) character set ascii path '$[0]', sequence bigint path '$[1]', hash char(64) path '$[2]'
    )) as head
    left join audit_links as link on link.chain = head.chain and link.sequence = head.sequence
  where anchor.number = any($1) and not (link.hash <=> unhex(head.hash))`,
  },
};

/** What anchors say of the chains. */
export interface Anchored {
  count: number;
  /** The highest sequence that an anchor holds, by chain. */
  heads: Map<string, number>;
  /** Transactions below this one, and from `from` on, are held. */
  from: bigint;
  through: bigint;
  /** The newest: to be kept elsewhere. */
  newest: { number: number; hash: string } | null;
}

/** An anchor that somebody has kept outside of the database. */
export interface KeptAnchor {
  number: number;
  hash: string;
}

/** Walks the anchors that are there now, from the last one before `since` (milliseconds since 1970) on. */
export async function verifyAnchors(
  client: Session,
  { since, kept, findings }: { since: number | undefined; kept: readonly KeptAnchor[]; findings: Findings },
): Promise<Anchored> {
  const anchored: Anchored = { count: 0, heads: new Map(), from: 0n, through: 0n, newest: null };
  await verifyKept(client, kept, findings);
  let before = since === undefined ? undefined : await lastBefore(client, since);
  anchored.from = BigInt(before?.through ?? 0);
  anchored.through = anchored.from;
  for (;;) {
    const { rows } = await client.query<AnchorColumns>({ text: PAGE, values: [before?.number ?? 0] });
    const sound: string[] = [];
    for (const anchor of rows) {
      const what = judge(anchor, before);
      if (what === undefined) {
        sound.push(anchor.number);
        note(anchor, anchored);
      } else findings.add({ table: "audit_anchors", id: anchor.number, time: timeOf(anchor.at), what });
      before = anchor;
      anchored.count++;
    }
    await verifyHeads(client, sound, findings);
    if (rows.length === 0) break;
  }
  if (before !== undefined) anchored.newest = { number: Number(before.number), hash: before.hash };
  return anchored;
}

async function lastBefore(client: Session, since: number): Promise<AnchorColumns | undefined> {
  return (await client.query<AnchorColumns>({ text: BEFORE, values: [new Date(since)] })).rows[0];
}

function judge(anchor: AnchorColumns, before: AnchorColumns | undefined): string | undefined {
  const expected = Number(before?.number ?? 0) + 1;
  if (Number(anchor.number) !== expected)
    return `comes after anchor ${expected - 1}: those between are missing`;
  if (hashAnchor({ ...anchor, number: expected }) !== anchor.hash)
    return "was altered: its hash is not that of its columns";
  if (anchor.previous !== (before?.hash ?? NOTHING)) return "does not hold the hash of the anchor before";
  return undefined;
}

function note({ heads, through }: AnchorColumns, anchored: Anchored): void {
  for (const [chain, sequence] of JSON.parse(heads) as [string, number, string][]) {
    anchored.heads.set(chain, Math.max(sequence, anchored.heads.get(chain) ?? 0));
  }
  anchored.through = BigInt(through);
}

async function verifyHeads(client: Session, numbers: string[], findings: Findings): Promise<void> {
  const { rows } = await client.query<{
    number: string;
    at: string;
    chain: string;
    sequence: string;
    missing: number;
  }>({ ...BROKEN_HEADS, values: [numbers] });
  for (const { number, at, chain, sequence, missing } of rows) {
    const what = missing === 1 ? "is missing" : "has another hash";
    findings.add({
      table: "audit_links",
      id: `${chain} ${sequence}`,
      time: timeOf(at),
      what: `${what}: anchor ${number} holds it`,
    });
  }
}

async function verifyKept(client: Session, kept: readonly KeptAnchor[], findings: Findings): Promise<void> {
  for (const { number, hash } of kept) {
    const found = (await client.query<AnchorColumns>({ text: ONE, values: [number] })).rows[0];
    if (found?.hash === hash) continue;
    findings.add({
      table: "audit_anchors",
      id: String(number),
      time: timeOf(found?.at ?? null),
      what: `${found === undefined ? "is missing" : `has the hash ${found.hash}`}: ${hash} was kept of it`,
    });
  }
}
