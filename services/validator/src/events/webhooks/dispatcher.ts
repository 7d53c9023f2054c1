// All webhooks: each has a courier of its own, so that none waits for another one.
import type { Pool } from "../../database/session.ts";
import type { Sealer } from "../../people/sealing.ts";
import type { WebhooksConfig } from "../config.ts";
import type { Origin } from "../event.ts";
import type { Delivery } from "../relay.ts";
import type { OnStep } from "../steps.ts";
import { secretPurpose } from "./signature.ts";
import { createSender, type Outcome, type Sender } from "./attempt.ts";
import { type Courier, createCourier, LANES, type OpenWebhook } from "./courier.ts";
import { listEnabled, type SendableWebhook } from "./webhook-repository.ts";

export interface DispatcherParts {
  readonly pool: Pool;
  readonly sealer: Sealer;
  readonly config: WebhooksConfig;
  readonly origin: Origin;
  readonly observe: (outcome: Outcome["kind"]) => void;
  readonly onStep: OnStep;
  readonly log: { warn(fields: object, message: string): void };
}

/** Milliseconds after which a change of a webhook is heeded, and a courier in trouble tries again. */
const REFRESH = 1000;
/** Milliseconds after which a courier without anything to do looks all the same. */
const LONGEST_REST = 60_000;

/** One webhook at work. */
interface Work {
  webhook: OpenWebhook;
  readonly courier: Courier;
  readonly sender: Sender;
  running: Promise<void> | undefined;
  /** Until when there is nothing to do, in milliseconds since 1970, unless something new is logged. */
  restsUntil: number;
  /** After trouble, here or there: until when nothing is tried, whatever is logged. */
  pausesUntil: number;
  /** Number of the log up to which it was looked: what is beyond is news. */
  seen: number;
}

export function createDispatcher(parts: DispatcherParts): Delivery {
  const { pool, sealer, config, origin, observe, onStep, log } = parts;
  const works = new Map<string, Work>();
  const ending = new Set<Promise<unknown>>();
  const unsealed = new Set<string>();
  let upTo: number | undefined;
  /** Counts the times that this replica has held the relay. */
  let term = 0;
  let timer: NodeJS.Timeout | undefined;
  let refreshing: Promise<void> | undefined;

  function open(webhook: SendableWebhook): OpenWebhook | undefined {
    const purpose = secretPurpose(webhook.id);
    const secret = sealer.open(webhook.secret, purpose);
    if (secret !== undefined) {
      const { previousSecret } = webhook;
      return {
        ...webhook,
        secret,
        previousSecret: previousSecret === null ? undefined : sealer.open(previousSecret, purpose),
      };
    }
    if (!unsealed.has(webhook.id))
      log.warn(
        { webhook: webhook.id },
        "a webhook's secret does not open: PEOPLE_SECRET is another one than it was",
      );
    unsealed.add(webhook.id);
    return undefined;
  }

  function begin(webhook: OpenWebhook): Work {
    const { timeout } = config;
    const sender = createSender({ policy: config, timeout, connections: LANES });
    const courier = createCourier({ pool, sender, config, origin, observe, onStep });
    return { webhook, courier, sender, running: undefined, restsUntil: 0, pausesUntil: 0, seen: 0 };
  }

  function end(id: string, { courier, sender, running }: Work): void {
    works.delete(id);
    courier.stop();
    const over = (running ?? Promise.resolve()).finally(() => sender.close());
    ending.add(over);
    void over.finally(() => ending.delete(over));
  }

  async function refresh(): Promise<void> {
    const found = (await listEnabled(pool)).flatMap((webhook) => open(webhook) ?? []);
    if (upTo === undefined) return;
    const ids = new Set(found.map(({ id }) => id));
    for (const [id, work] of works) {
      if (!ids.has(id)) end(id, work);
    }
    for (const webhook of found) {
      const known = works.get(webhook.id);
      // Of another one by this id nothing is known: it was disabled and enabled again.
      if (known === undefined) works.set(webhook.id, begin(webhook));
      else {
        // Dead letters may wait again.
        if (known.webhook.revision !== webhook.revision) known.restsUntil = 0;
        known.webhook = webhook;
      }
    }
  }

  /** Has each one that has something to do do it. */
  function wake(): void {
    const at = Date.now();
    for (const [id, work] of works) {
      const isNew = upTo !== undefined && upTo > work.seen;
      const rests = work.pausesUntil > at || (!isNew && work.restsUntil > at);
      if (work.running !== undefined || rests) continue;
      work.running = run(id, work).finally(() => (work.running = undefined));
    }
  }

  async function run(id: string, work: Work): Promise<void> {
    const mayGoOn = () => (works.get(id) === work ? upTo : undefined);
    try {
      for (let wait: number | undefined = 0, to = mayGoOn(); wait === 0 && to !== undefined; to = mayGoOn()) {
        wait = await work.courier.turn(work.webhook, to);
        work.seen = to;
        // To one that does not answer nothing is news for a while.
        work.pausesUntil = Date.now() + Math.min(wait ?? LONGEST_REST, work.courier.pause);
        // Enabled again it has another courier.
        if (work.courier.isStopped && works.get(id) === work) end(id, work);
        work.restsUntil = Date.now() + (wait ?? LONGEST_REST);
        // The refresh would find it due, only later.
        if (wait !== undefined && wait < REFRESH) setTimeout(wake, wait).unref();
      }
    } catch (error) {
      // Nothing is lost: what was delivered and not noted is delivered again.
      log.warn({ err: error, webhook: id }, "a webhook could not be served; trying again");
      work.pausesUntil = Date.now() + REFRESH;
    }
  }

  function look(mine: number): void {
    refreshing = refresh()
      .catch((error: unknown) => log.warn({ err: error }, "webhooks could not be read; trying again"))
      .finally(() => {
        if (mine !== term) return;
        wake();
        timer = setTimeout(look, REFRESH, mine);
      });
  }

  function letGo(): void {
    upTo = undefined;
    term++;
    clearTimeout(timer);
    for (const [id, work] of works) end(id, work);
  }

  return {
    holdTo(number) {
      // The log went back: what couriers remember is of one that is gone.
      if (upTo !== undefined && number < upTo) letGo();
      const isFirst = upTo === undefined;
      upTo = number;
      if (isFirst) look(term);
      else wake();
    },
    letGo,
    async stop() {
      letGo();
      await refreshing;
      await Promise.all(ending);
    },
  };
}
