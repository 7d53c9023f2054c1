// Delivers to one webhook, in the order of each account: what fails waits with all that follows it, and nothing else does.
import type { Pool } from "../../database/session.ts";
import type { WebhooksConfig } from "../config.ts";
import { envelopeOf, type LoggedEvent, type Origin } from "../event.ts";
import type { EventKind } from "../kinds.ts";
import { readLog } from "../log.ts";
import type { OnStep } from "../steps.ts";
import type { Outcome, Sender } from "./attempt.ts";
import { listWaiting, type WaitingDelivery } from "./delivery-repository.ts";
import { dueHeads, nextDue, planLanes } from "./lanes.ts";
import { retryDelay } from "./schedule.ts";
import { signatureHeaders } from "./signature.ts";
import { type Attempted, saveTurn } from "./turn.ts";
import type { StoredWebhook } from "./webhook-repository.ts";

export interface CourierParts {
  readonly pool: Pool;
  readonly sender: Sender;
  readonly config: WebhooksConfig;
  readonly origin: Origin;
  readonly observe: (outcome: Outcome["kind"]) => void;
  readonly onStep: OnStep;
}

/** A webhook that is enabled, with its secrets opened. */
export interface OpenWebhook extends StoredWebhook {
  readonly secret: Buffer;
  readonly previousSecret: Buffer | undefined;
}

export interface Courier {
  /**
   * One turn: delivers what is due, of the log up to number `to`. Milliseconds until there is something to do again,
   * whatever is logged meanwhile; undefined where nothing waits.
   */
  turn(webhook: OpenWebhook, to: number): Promise<number | undefined>;
  /** No further attempt begins: it was told so, or the receiver wants nothing any more. */
  readonly isStopped: boolean;
  /** Milliseconds in which nothing new is tried, for the receiver has failed several times in a row; 0 where it has not. */
  readonly pause: number;
  stop(): void;
}

/** Attempts at the same time. */
export const LANES = 16;
/** Events of one turn: what is sent again if this process dies in it. */
const PAGE = 100;
/** Deliveries that wait: where there are more, those that follow stay in the log. */
const MOST_WAITING = 200;
/** Failures without a success in between, after which one attempt at a time finds out whether the receiver is back. */
const DOWN = 5;
/** Milliseconds after a failure, at most, after which one attempt finds out whether only that event is refused. */
const PROBE = 60_000;
/** Events that are not for this webhook, after which it is noted that they were passed over. */
const NOTE = 1000;

export function createCourier(parts: CourierParts): Courier {
  const { pool, sender, config, origin, observe, onStep } = parts;
  let isStopped = false;
  let failuresInARow = 0;
  /** Of the last failure, in milliseconds since 1970. */
  let failedAt = 0;
  /** Whether another replica had found the receiver away, and nothing was taken since; undefined until the first turn. */
  let wasAway: boolean | undefined;
  /** As much waits as may: what follows stays in the log. */
  let isFull = false;
  /** How far the log was read; it is noted from time to time where nothing of it was for this webhook. */
  let reached = 0;

  const isDown = () => failuresInARow >= DOWN;
  /** Milliseconds until something new is tried at a receiver that is down: what failed may be to blame, and not it. */
  function untilProbe(): number {
    if (!isDown()) return 0;
    if (isFull) return PROBE;
    const pause = Math.min(retryDelay(failuresInARow - DOWN + 1, config), PROBE);
    return Math.max(0, failedAt + pause - Date.now());
  }

  async function attempt(webhook: OpenWebhook, event: LoggedEvent): Promise<Outcome> {
    const body = envelopeOf(event, origin);
    const timestamp = Math.floor(Date.now() / 1000);
    const signed = signatureHeaders({ id: event.id, timestamp, body }, secretsOf(webhook));
    await onStep("delivering");
    const outcome = await sender.send(
      webhook.url,
      { ...signed, "content-type": "application/json", "user-agent": "validator-webhooks" },
      body,
    );
    observe(outcome.kind);
    failuresInARow = outcome.kind === "delivered" ? 0 : failuresInARow + 1;
    if (outcome.kind !== "delivered") failedAt = Date.now();
    if (outcome.kind === "gone") isStopped = true;
    await onStep("delivered");
    return outcome;
  }

  /** One after the other, until one fails; the rest waits behind that one. */
  async function deliverLane(
    webhook: OpenWebhook,
    lane: readonly Deliverable[],
    done: Attempted[],
  ): Promise<void> {
    const probes = isDown();
    for (const [index, item] of lane.entries()) {
      if (isStopped || (isDown() && !probes)) return;
      const outcome = item.event === undefined ? NO_LONGER_KEPT : await attempt(webhook, item.event);
      done.push({ item, outcome });
      if (outcome.kind === "delivered") continue;
      done.push(...lane.slice(index + 1).map((behind) => ({ item: behind, outcome: undefined })));
      return;
    }
  }

  async function readPage(webhook: StoredWebhook, to: number) {
    const { kinds } = webhook;
    const wants = (kind: EventKind) => kinds.length === 0 || kinds.includes(kind);
    const after = Math.max(webhook.handled, reached);
    const withoutDecisions = !wants("transaction.decided");
    const page = await readLog(pool, { after, to, limit: isDown() ? 1 : PAGE, withoutDecisions });
    return { ...page, events: page.events.filter(({ kind }) => wants(kind)) };
  }

  async function headsOf(waiting: readonly WaitingDelivery[], at: Date): Promise<Deliverable[]> {
    const heads = dueHeads(waiting, at).slice(0, isDown() ? 1 : PAGE);
    return Promise.all(
      heads.map(async (head) => {
        const { number } = head;
        const { events } = await readLog(pool, { after: number - 1, to: number, limit: 1 });
        return { ...head, event: events[0] };
      }),
    );
  }

  /** What is due, and what of the log may go at once; what of the log must wait behind is done with. */
  async function plan(webhook: StoredWebhook, to: number) {
    const waiting = await listWaiting(pool, webhook.id, 2 * MOST_WAITING);
    const heads = await headsOf(waiting, new Date());
    const mayGoOn = waiting.length === 0 || (waiting.length < MOST_WAITING && untilProbe() === 0);
    const page = mayGoOn ? await readPage(webhook, to) : undefined;
    const { lanes, behind } = planLanes((page?.events ?? []).map(deliverable), waiting);
    return { heads: heads.map((head) => [head]), lanes, behind, end: page?.reached ?? reached };
  }

  async function rest({ id, handled }: StoredWebhook, to: number): Promise<number | undefined> {
    const waiting = await listWaiting(pool, id, 2 * MOST_WAITING);
    const now = new Date();
    const due = nextDue(waiting, now);
    const wait = due && Math.max(0, due.getTime() - now.getTime());
    isFull = waiting.length >= MOST_WAITING;
    if (isFull || Math.max(reached, handled) >= to) return wait;
    // Soon enough to find out that it is to be disabled.
    return Math.min(wait ?? config.disableAfter / 10, untilProbe());
  }

  return {
    get isStopped() {
      return isStopped;
    },
    get pause() {
      return untilProbe();
    },
    async turn(webhook, to) {
      wasAway ??= webhook.failingSince !== null;
      const wasDown = isDown() || wasAway;
      const { heads, lanes, behind, end } = await plan(webhook, to);
      const done: Attempted[] = behind.map((item) => ({ item, outcome: undefined }));
      await concurrently([...heads, ...lanes], LANES, (lane) => deliverLane(webhook, lane, done));

      const told = new Set(done.map(({ item }) => item.number));
      const left = lanes.flat().flatMap(({ number }) => (told.has(number) ? [] : number));
      // What was delivered after the first that is left is delivered once more.
      const handled = left.length === 0 ? end : Math.min(...left) - 1;
      if (done.length > 0 || handled - webhook.handled >= NOTE) {
        await saveTurn(pool, { webhook, done, handled, wasDown, at: new Date(), config });
        if (done.some(({ outcome }) => outcome?.kind === "delivered")) wasAway = false;
        await onStep("handled");
      }
      // Not before it is stored: else what failed would be passed over.
      reached = Math.max(reached, handled);
      return isStopped ? undefined : rest(webhook, to);
    },
    stop() {
      isStopped = true;
    },
  };
}

/** A delivery with its event; undefined where that is no longer kept. */
interface Deliverable extends WaitingDelivery {
  readonly event: LoggedEvent | undefined;
}

const NO_LONGER_KEPT: Outcome = { kind: "delivered", status: undefined, failure: "" };

function deliverable(event: LoggedEvent): Deliverable {
  const { number, key, kind, id } = event;
  return { number, key, kind, eventId: id, attempts: 0, nextAt: undefined, event };
}

/** Those that count now, the present one first. */
function secretsOf({ secret, previousSecret, previousUntil }: OpenWebhook): readonly Buffer[] {
  const overlaps = previousSecret !== undefined && previousUntil !== null && previousUntil > new Date();
  return overlaps ? [secret, previousSecret] : [secret];
}

/** Runs `use` for each item, at most `limit` of them at a time. */
async function concurrently<Item>(
  items: readonly Item[],
  limit: number,
  use: (item: Item) => Promise<void>,
): Promise<void> {
  const queue = items.values();
  const worker = async () => {
    for (const item of queue) await use(item);
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
}
