import { hash } from "node:crypto";

import { withConnection } from "../database/connections.ts";
import { inBoth } from "../database/dialect.ts";
import type { Pool, Session } from "../database/session.ts";
import { tryTurn } from "../database/turns.ts";
import { NOTHING } from "./chain.ts";
import { settleEpochs } from "./epochs.ts";
import { readHorizon } from "./order.ts";

/** An anchor as it is stored. Hashes are hexadecimal. */
export interface Anchor {
  number: number;
  /** Microseconds since 1970. */
  at: string;
  previous: string;
  /** Transactions below this one are held by this anchor and those before. */
  through: string;
  /** JSON, byte for byte: chain, sequence and hash of the newest link of each chain that grew. */
  heads: string;
  hash: string;
}

export function hashAnchor({ number, at, previous, through, heads }: Omit<Anchor, "hash">): string {
  return hash("sha256", `anchor 1\0=${number}\0=${at}\0=${previous}\0=${through}\0=${heads}`, "hex");
}

// The horizon is asked for when the turn is had: else an anchor that was written meanwhile could reach further.
const LOOK = {
  name: "audit.look",
  text: inBoth(
    (
      say,
    ) => `select moment.at, ${say.text("last.number")} as last_number, ${say.hex("last.hash")} as last_hash,
      ${say.text("last.through")} as last_through, ${say.microseconds("last.at")} as last_at
    from (select ${say.microseconds(say.now)} as at) as moment
      left join (select * from audit_anchors order by number desc limit 1) as last on true`,
  ),
};

const HEADS = {
  name: "audit.heads",
  text: {
    postgresql: `select distinct on (chain) chain, sequence, encode(hash, 'hex') as hash
      from audit_links where transaction_id >= $1 and transaction_id < $2
      order by chain, sequence desc`,
    mysql: `select chain, sequence, lower(hex(hash)) as hash
      from audit_links join (
        select chain, max(sequence) as sequence from audit_links
        where transaction_id >= $1 and transaction_id < $2 group by chain
      ) as newest using (chain, sequence)
      order by chain`,
  },
  numbers: ["sequence"],
};

const WRITE = {
  name: "audit.write-anchor",
  text: inBoth(
    (say) => `insert into audit_anchors (number, at, previous, through, heads, hash)
      values ($1, ${say.timeOf("$2::bigint")}, $3, $4, $5, $6)`,
  ),
};

interface Look {
  at: string;
  last_number: string | null;
  last_hash: string | null;
  last_through: string | null;
  last_at: string | null;
}

/** Microseconds that lie between two anchors at least: replicas take turns, and do not add to each other. */
const SHORTEST_PAUSE = 500_000n;
const MINUTE = 60_000_000n;

export interface WrittenAnchor {
  number: number;
  hash: string;
  /** The first in its minute: worth being kept in a place that nobody who can write to the database can write to. */
  isFirstOfMinute: boolean;
}

/** Writes an anchor where chains have grown; undefined where there is none to write, or another replica is at it. */
export async function writeAnchor(pool: Pool): Promise<WrittenAnchor | undefined> {
  return withConnection(pool, pool, async (connection) => {
    await settleEpochs(connection);
    await connection.begin("write");
    const written = await writeIn(connection);
    const { isReplicated } = await connection.commit();
    // An anchor that the standby may not have is not to be held against anybody.
    return isReplicated ? written : undefined;
  });
}

async function writeIn(client: Session): Promise<WrittenAnchor | undefined> {
  if (!(await tryTurn(client, "anchors"))) return undefined;
  const { at, ...last } = (await client.query<Look>(LOOK)).rows[0] as Look;
  const through = await readHorizon(client);
  if (last.last_at !== null && BigInt(at) - BigInt(last.last_at) < SHORTEST_PAUSE) return undefined;
  // Numbers that went back are another cluster's, into which this database was copied: all chains are new to it.
  const wentBack = last.last_through !== null && BigInt(last.last_through) > BigInt(through);
  const from = wentBack ? "0" : (last.last_through ?? "0");
  const heads = (
    await client.query<{ chain: string; sequence: number; hash: string }>({
      ...HEADS,
      values: [from, through],
    })
  ).rows;
  if (heads.length === 0) return undefined;

  const anchor = {
    number: Number(last.last_number ?? 0) + 1,
    at,
    previous: last.last_hash ?? NOTHING,
    through,
    heads: JSON.stringify(heads.map((head) => [head.chain, head.sequence, head.hash])),
  };
  const anchorHash = hashAnchor(anchor);
  await client.query({
    ...WRITE,
    values: [anchor.number, anchor.at, hex(anchor.previous), anchor.through, anchor.heads, hex(anchorHash)],
  });
  const isFirstOfMinute = last.last_at === null || BigInt(last.last_at) / MINUTE !== BigInt(at) / MINUTE;
  return { number: anchor.number, hash: anchorHash, isFirstOfMinute };
}

export interface AnchorWriter {
  stop(): Promise<void>;
}

/** Writes an anchor about once in each `interval` milliseconds, as long as there is something to hold. */
export function startAnchors(
  pool: Pool,
  options: {
    interval: number;
    log: { info(fields: object, message: string): void; warn(fields: object, message: string): void };
  },
): AnchorWriter {
  const { interval, log } = options;
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> | undefined;
  let stopped = false;
  let failing = false;

  async function write(): Promise<void> {
    try {
      const anchor = await writeAnchor(pool);
      if (anchor?.isFirstOfMinute) log.info({ anchor: anchor.number, hash: anchor.hash }, "audit anchor");
      failing = false;
    } catch (error) {
      // The same trouble, every second, is logged once.
      if (!failing) log.warn({ err: error }, "no audit anchor was written; trying again");
      failing = true;
    }
    if (!stopped) schedule();
  }

  function schedule(): void {
    // Replicas spread: most of the time one of them finds that another has just written.
    timer = setTimeout(() => (writing = write()), interval * (0.75 + Math.random() / 2)).unref();
  }

  schedule();
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await writing;
    },
  };
}

const hex = (digits: string) => Buffer.from(digits, "hex");
