// The relay: one replica at a time puts what happened into the log, publishes it in Redis and has it delivered. Whatever
// it was doing when it died, the next one goes on from what the database has: each event is told at least once.
import { randomUUID } from "node:crypto";

import { CacheAway } from "../cache/cache.ts";
import type { Pool } from "../database/session.ts";
import { hasUnread } from "./links.ts";
import { hasOutbox } from "./outbox.ts";
import type { Publisher } from "./publisher.ts";
import { readRelay, releaseRelay, saveTold } from "./relay-row.ts";
import { takeRound } from "./sequencer.ts";
import type { OnStep } from "./steps.ts";

/** Delivers what is in the log, as long as this replica holds the relay. */
export interface Delivery {
  /** Events up to this number may be delivered from here. */
  holdTo(number: number): void;
  /** Another replica may deliver from now on. */
  letGo(): void;
  stop(): Promise<void>;
}

export interface RelayParts {
  readonly pool: Pool;
  /** Undefined where there is no Redis. */
  readonly publisher: Publisher | undefined;
  readonly delivery: Delivery;
  /** Milliseconds without a sign of the holder after which another replica takes over. */
  readonly lease: number;
  readonly onStep: OnStep;
  readonly log: {
    info(fields: object, message: string): void;
    warn(fields: object, message: string): void;
  };
}

export interface Relay {
  start(): void;
  /** Whether this replica holds it. */
  readonly isHolder: boolean;
  /** Lets another replica go on at once. */
  stop(): Promise<void>;
}

/** Milliseconds between two looks of the holder, while events come and when none has come for a while. */
const POLL = 50;
const IDLE_POLL = 250;
const IDLE_AFTER = 2000;
/** Milliseconds before the next attempt of a holder whose last one failed. */
const RETRY = 200;

export function createRelay({ pool, publisher, delivery, lease, onStep, log }: RelayParts): Relay {
  /** Milliseconds after which the lease is renewed though nothing is new, and between two looks of those who wait for it. */
  const beat = lease / 3;
  const holder = randomUUID();
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let isStopping = false;
  let isTroubled = false;
  /** What this replica holds; undefined while another one does, or nobody. */
  let held: Held | undefined;

  /** Milliseconds until the next look. */
  async function look(): Promise<number> {
    if (held === undefined) {
      if (!(await readRelay(pool)).isFree) return beat * (0.75 + 0.25 * Math.random());
      await takeTurn(undefined);
      return 0;
    }
    const began = performance.now();
    const isDue = held.isPage || began - held.renewedAt > beat;
    if (isDue || (await hasUnread(pool, held.linksRead)) || (await hasOutbox(pool))) await takeTurn(held);
    if (held !== undefined) await tell(held);
    // Decisions have the rest of the database.
    if (held?.isPage || isBehind(held)) return performance.now() - began;
    return held !== undefined && began - held.newsAt > IDLE_AFTER ? IDLE_POLL : POLL;
  }

  async function takeTurn(before: Held | undefined): Promise<void> {
    const renewedAt = performance.now();
    const round = await takeRound(pool, { holder, lease, known: before?.durable ?? 0, onStep });
    if (round === undefined) {
      letGo("another replica relays events");
      return;
    }
    await onStep("committed");
    if (before === undefined) log.info({ logged: round.logged }, "this replica relays events");
    // What others have told, or this one before a failover, may be of a log that is gone.
    const isNew = before === undefined || round.isNewTerm;
    if (isNew) {
      publisher?.distrust(round.before);
      delivery.letGo();
    }
    const { published, told } = isNew ? { published: round.published, told: "" } : before;
    const { linksRead, isPage, logged: durable } = round;
    const newsAt = isNew || durable > before.durable ? renewedAt : before.newsAt;
    held = { durable, published, linksRead, isPage, renewedAt, newsAt, told };
    delivery.holdTo(durable);
  }

  /** Publishes, and notes what is published and what may be read from the log. */
  async function tell(mine: Held): Promise<void> {
    const { durable } = mine;
    mine.published =
      publisher === undefined ? durable : await publisher.publish(mine.published, durable).catch(keepIfAway);
    await onStep("published");
    const told = `${durable} ${mine.published}`;
    if (told === mine.told) return;
    mine.told = told;
    if (await saveTold(pool, holder, mine)) await onStep("told");
    else letGo("it was taken over");

    function keepIfAway(error: unknown): number {
      if (error instanceof CacheAway) return mine.published;
      throw error;
    }
  }

  function isBehind(mine: Held | undefined): boolean {
    return mine !== undefined && publisher?.isReady === true && mine.published < mine.durable;
  }

  function letGo(why: string): void {
    if (held !== undefined) log.info({ why }, "this replica no longer relays events");
    held = undefined;
    delivery.letGo();
  }

  async function turn(): Promise<void> {
    let wait: number;
    try {
      wait = await look();
      isTroubled = false;
    } catch (error) {
      // The same trouble, again and again, is logged once.
      if (!isTroubled) log.warn({ err: error }, "events could not be relayed; trying again");
      isTroubled = true;
      // By now somebody else may hold it.
      if (held !== undefined && performance.now() - held.renewedAt > lease) letGo("the database was away");
      wait = held === undefined ? beat : RETRY;
    }
    if (!isStopping) timer = setTimeout(begin, wait);
  }

  function begin(): void {
    running = turn();
  }

  return {
    start: begin,
    get isHolder() {
      return held !== undefined;
    },
    async stop() {
      isStopping = true;
      clearTimeout(timer);
      await running;
      delivery.letGo();
      await delivery.stop();
      if (held !== undefined) await releaseRelay(pool, holder).catch(() => {});
      held = undefined;
    },
  };
}

/** How far the relay has come, as its holder knows it. */
interface Held {
  readonly durable: number;
  published: number;
  readonly linksRead: string;
  readonly isPage: boolean;
  /** When the lease began, by this process's clock. */
  readonly renewedAt: number;
  /** When there was something new, or the relay was taken up. */
  readonly newsAt: number;
  /** What was noted last. */
  told: string;
}
