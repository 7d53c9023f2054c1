// A round of the relay: what is new gets its numbers in the log, once and for good, in one transaction.
import { randomUUID } from "node:crypto";

import type { Pool, Session } from "../database/session.ts";
import { inTransaction } from "../database/transaction.ts";
import { positionHere, readLinks } from "./links.ts";
import { appendEntries, newestLogged, type NewEntry } from "./log.ts";
import { deleteOutbox, readOutbox } from "./outbox.ts";
import { readRelay, saveRound } from "./relay-row.ts";
import type { OnStep } from "./steps.ts";

export interface Round {
  /** Numbers of the newest event before and after. */
  readonly before: number;
  readonly logged: number;
  readonly published: number;
  readonly linksRead: string;
  /** Whether there may be more. */
  readonly isPage: boolean;
  /** Another replica held the relay before, or a failover has lost the newest of the log. */
  readonly isNewTerm: boolean;
}

export interface RoundOptions {
  readonly holder: string;
  /** Milliseconds. */
  readonly lease: number;
  /** Number of the newest event that this holder has logged; 0 where it has not held the relay before. */
  readonly known: number;
  readonly onStep: OnStep;
}

/** Links and rows of the outbox of one round. */
const LINKS = 500;
const ROWS = 200;

/**
 * Undefined where another replica holds the relay. Once it resolves, what it has logged is on the standby too: it may be
 * told, for no failover undoes it.
 */
export function takeRound(
  pool: Pool,
  { holder, lease, known, onStep }: RoundOptions,
): Promise<Round | undefined> {
  return inTransaction(pool, "write", async (session) => {
    const relay = await readRelay(session, "for update");
    if (relay.holder !== holder && !relay.isFree) return undefined;
    await onStep("taken");
    const isTakeover = relay.holder !== holder;
    const isNewTerm = isTakeover || relay.logged < known;
    const { term, termFrom } = isNewTerm ? { term: randomUUID(), termFrom: relay.logged } : relay;
    const from = isTakeover
      ? await positionHere(session, relay.linksRead, await newestLogged(session))
      : relay.linksRead;
    const { entries, ...read } = await readNew(session, pool, from);
    await onStep("read");
    const logged = await appendEntries(session, relay.logged, entries, relay.now);
    const leaseUntil = new Date(relay.now.getTime() + lease);
    await saveRound(session, holder, { linksRead: read.linksRead, logged, term, termFrom, leaseUntil });
    await onStep("logged");
    return {
      before: relay.logged,
      logged,
      published: relay.published,
      linksRead: read.linksRead,
      isPage: read.isPage,
      isNewTerm,
    };
  });
}

async function readNew(session: Session, pool: Pool, linksRead: string) {
  // Before the links: what it tells of was committed before it, and is among the links that are read then.
  const rows = await readOutbox(session, ROWS);
  const { links, position, isPage } = await readLinks(session, linksRead, LINKS, pool);
  const entries: NewEntry[] = links.map((decisions) => ({ decisions }));
  // Else an event could come before the decision that it is about.
  if (!isPage) {
    entries.push(...rows.map(({ event }) => ({ event })));
    await deleteOutbox(session, rows);
  }
  return {
    entries,
    linksRead: position,
    isPage: isPage || rows.length === ROWS,
  };
}
