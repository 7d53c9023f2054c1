// Follows what is put into a collection by its change stream. The stream is what makes it quick; what makes it complete is
// the collection: what is there was not carried away yet, and it is looked through at every beginning and every minute.
// https://docs.aws.amazon.com/documentdb/latest/developerguide/change_streams.html
import { setTimeout as delay } from "node:timers/promises";

import type { Document } from "mongodb";

import { giveUp, keep, LEASE, take } from "./lease.ts";
import type { Documents } from "./documents.ts";
import { afterTrouble, isInsert, OPENING, StreamEnded } from "./stream.ts";

export interface FollowerParts<Entry extends Document> {
  readonly documents: Documents;
  /** Of the reader: one of a name reads at a time. */
  readonly name: string;
  /** Of this replica. */
  readonly owner: string;
  readonly collection: string;
  /** Carries one away; it may be given again. */
  readonly carry: (entry: Entry) => Promise<void>;
  /** Carries all away that are there. */
  readonly sweep: () => Promise<void>;
  readonly log: { warn(fields: object, message: string): void; info(fields: object, message: string): void };
}

export interface Follower {
  start(): void;
  stop(): Promise<void>;
}

/** Milliseconds. */
const RENEWAL = LEASE / 5;
const SWEEP_INTERVAL = 60_000;
/** Where there are no streams, the collection is looked through that often. */
const POLL = 2000;
/** Until another attempt after trouble, or until it is asked again whether the one who reads still lives. */
const RETRY = 1000;
/** A server that does not wait for changes is not asked without pause. */
const PACE = 200;

export function createFollower<Entry extends Document>(parts: FollowerParts<Entry>): Follower {
  const { documents, name, owner, log } = parts;
  const { run } = documents;
  const stopping = new AbortController();
  const { signal } = stopping;
  let running: Promise<void> | undefined;
  let isTroubled = false;
  let hasStreams = true;

  const rest = (milliseconds: number) => delay(milliseconds, undefined, { signal });
  const renew = async (token: unknown) => {
    if (!(await run((db) => keep(db, { name, owner, now: Date.now(), token })))) throw new LeaseLost();
  };

  /** Reads on until there is trouble, or somebody else reads. */
  async function follow(token: unknown): Promise<never> {
    const stream = await run(async (db) =>
      db.collection(parts.collection).watch([...OPENING.pipeline], OPENING.options(token, documents.timeout)),
    );
    let isOpen = false;
    let renewed = performance.now();
    let swept = Number.NEGATIVE_INFINITY;
    try {
      for (;;) {
        const asked = performance.now();
        const change = await run(() => stream.tryNext());
        isOpen = hasStreams = true;
        if (change !== null) {
          if (!isInsert<Entry>(change)) throw new StreamEnded();
          await parts.carry(change.fullDocument);
        } else if (stream.closed) throw new StreamEnded();
        // The first look comes after the stream stands: what is put there in between is in one or the other.
        if (performance.now() - swept >= SWEEP_INTERVAL) {
          await parts.sweep();
          swept = performance.now();
          isTroubled = false;
        }
        if (change !== null || performance.now() - renewed >= RENEWAL) {
          await renew(stream.resumeToken ?? token);
          renewed = performance.now();
        }
        if (change === null && performance.now() - asked < PACE) await rest(PACE);
        signal.throwIfAborted();
      }
    } catch (error) {
      throw new Interrupted(error, isOpen || token !== undefined);
    } finally {
      await stream.close().catch(() => {});
    }
  }

  /** Where the server has no streams, or they were not enabled: what is there is carried away, and the streams tried again. */
  async function look(): Promise<void> {
    await parts.sweep();
    await renew(null);
    isTroubled = false;
    await rest(POLL);
  }

  async function read(): Promise<void> {
    while (!signal.aborted) {
      try {
        const position = await run((db) => take(db, { name, owner, now: Date.now() }));
        if (position === undefined) await rest(RETRY);
        else await follow(position.token ?? undefined);
      } catch (error) {
        if (!signal.aborted) await recover(error);
      }
    }
  }

  async function recover(error: unknown): Promise<void> {
    try {
      if (error instanceof Interrupted) await afterInterruption(error);
      else await complain(error);
    } catch (again) {
      await complain(again);
    }
  }

  async function afterInterruption({ cause, hadPlace }: Interrupted): Promise<void> {
    if (cause instanceof LeaseLost) return;
    const next = afterTrouble(cause, hadPlace);
    if (next === "resume") return complain(cause);
    if (next === "begin anew") {
      if (!isTroubled)
        log.info({ err: cause }, "the change stream begins anew; what was put there meanwhile is looked for");
      isTroubled = true;
      await renew(null);
      return rest(RETRY);
    }
    if (hasStreams)
      log.warn(
        { err: cause },
        "there are no change streams here: what changes is looked for every two seconds",
      );
    hasStreams = false;
    return look();
  }

  async function complain(trouble: unknown): Promise<void> {
    if (signal.aborted) return;
    // The same trouble, again and again, is logged once.
    if (!isTroubled) log.warn({ err: trouble }, "what changed in documents could not be read; trying again");
    isTroubled = true;
    await delay(RETRY, undefined, { signal }).catch(() => {});
  }

  return {
    start() {
      running = read();
    },
    async stop() {
      stopping.abort();
      await running;
      await run((db) => giveUp(db, { name, owner })).catch(() => {});
    },
  };
}

/** Somebody else has taken over. */
class LeaseLost extends Error {}

/** Why following has ended, and whether it had a place in the stream: a token, or the stream itself. */
class Interrupted extends Error {
  readonly hadPlace: boolean;

  constructor(cause: unknown, hadPlace: boolean) {
    super("Following was interrupted.", { cause });
    this.hadPlace = hadPlace;
  }
}
