// What administrators do with webhooks: each act is stored and recorded in one transaction.
import { randomUUIDv7 } from "node:crypto";

import { recordAct } from "../../audit/acts.ts";
import type { Session } from "../../database/session.ts";
import { allowMatch } from "../../http/preconditions.ts";
import { Problem } from "../../http/problems.ts";
import type { Sealer } from "../../people/sealing.ts";
import type { EventKind } from "../kinds.ts";
import { readRelay } from "../relay-row.ts";
import { type AddressPolicy, faultOfUrl } from "./addresses.ts";
import { hasten, reviveOne, reviveSince } from "./delivery-repository.ts";
import { formatSecret, makeSecret, secretPurpose } from "./signature.ts";
import {
  countWebhooks,
  deleteWebhook,
  findWebhook,
  insertWebhook,
  rotateSecret,
  type StoredWebhook,
  updateWebhook,
} from "./webhook-repository.ts";

export interface WebhookActs {
  create(session: Session, actor: string, wanted: WantedWebhook): Promise<MadeWebhook>;
  change(session: Session, addressed: AddressedWebhook, changes: WebhookChanges): Promise<StoredWebhook>;
  /** The secret before goes on beside the new one until then. */
  rotate(session: Session, addressed: AddressedWebhook, until: Date): Promise<MadeWebhook>;
  remove(session: Session, addressed: AddressedWebhook): Promise<void>;
  /** Dead letters are tried again: one by its number, or all since a time; how many. */
  redeliver(session: Session, addressed: AddressedWebhook, which: number | Date): Promise<number>;
}

/** A webhook with what is shown only once. */
export interface MadeWebhook {
  readonly webhook: StoredWebhook;
  readonly secret: string;
}

export interface WantedWebhook {
  readonly url: string;
  readonly kinds: readonly EventKind[];
  readonly description: string;
}

export interface WebhookChanges extends Partial<WantedWebhook> {
  readonly state?: StoredWebhook["state"];
}

export interface AddressedWebhook {
  readonly actor: string;
  readonly id: string;
  readonly ifMatch?: string | undefined;
}

/** Each has a courier of its own. */
const MOST_WEBHOOKS = 50;

export const webhookTag = ({ id, revision }: StoredWebhook) => `"${id}.${revision}"`;

export function createWebhookActs({
  sealer,
  policy,
}: {
  sealer: Sealer;
  policy: AddressPolicy;
}): WebhookActs {
  function check(url: string): void {
    const message = faultOfUrl(url, policy);
    if (message !== undefined)
      throw new Problem("invalid_request", [{ code: "url_refused", message, pointer: "/url" }]);
  }

  function newSecret(id: string) {
    const secret = makeSecret();
    return { sealed: sealer.seal(secret, secretPurpose(id)), shown: formatSecret(secret) };
  }

  return {
    async create(session, actor, { url, kinds, description }) {
      check(url);
      const id = randomUUIDv7();
      const { sealed, shown } = newSecret(id);
      // From now on: what happened before is nobody's news.
      const { durable, now } = await readRelay(session);
      const wanted = { id, url, kinds, description, secret: sealed, createdBy: actor };
      await insertWebhook(session, { ...wanted, createdAt: now, handled: durable });
      await record(session, actor, "webhook.created", id, { url, kinds, description });
      // Acts are recorded one after the other: who registers at the same time has been counted, or counts this one.
      if ((await countWebhooks(session)) > MOST_WEBHOOKS) throw new Problem("too_many_webhooks");
      return { webhook: await existing(session, id), secret: shown };
    },

    async change(session, { actor, id, ifMatch }, changes) {
      const before = await existing(session, id, "for update");
      allowMatch(ifMatch, webhookTag(before));
      if (changes.url !== undefined) check(changes.url);
      const after = { ...before, ...changes };
      const enables = before.state === "disabled" && after.state === "enabled";
      const disabledBecause = after.state === "enabled" ? null : (before.disabledBecause ?? "person");
      const failingSince = enables ? null : before.failingSince;
      await updateWebhook(session, id, { ...after, disabledBecause, failingSince });
      if (enables) await hasten(session, id, new Date());
      await record(session, actor, "webhook.changed", id, changes);
      return existing(session, id);
    },

    async rotate(session, { actor, id }, until) {
      await existing(session, id, "for update");
      const { sealed, shown } = newSecret(id);
      await rotateSecret(session, id, { secret: sealed, previousUntil: until });
      await record(session, actor, "webhook.secret_rotated", id, { until: until.toISOString() });
      return { webhook: await existing(session, id), secret: shown };
    },

    async remove(session, { actor, id }) {
      const { url } = await existing(session, id, "for update");
      await deleteWebhook(session, id);
      await record(session, actor, "webhook.deleted", id, { url });
    },

    async redeliver(session, { actor, id }, which) {
      const webhook = await existing(session, id, "for update");
      // Another revision: so its courier hears of it.
      await updateWebhook(session, id, webhook);
      const isOne = typeof which === "number";
      if (isOne && !(await reviveOne(session, id, which))) throw new Problem("dead_letter_not_found");
      const redelivered = isOne ? 1 : await reviveSince(session, id, which);
      const details = isOne ? { event: which } : { since: which.toISOString(), redelivered };
      await record(session, actor, "webhook.redelivered", id, details);
      return redelivered;
    },
  };
}

async function existing(session: Session, id: string, lock: "" | "for update" = ""): Promise<StoredWebhook> {
  const found = await findWebhook(session, id, lock);
  if (found === undefined) throw new Problem("webhook_not_found");
  return found;
}

async function record(
  session: Session,
  actor: string,
  act: string,
  id: string,
  details: object,
): Promise<void> {
  await recordAct(session, { actor, act, subject: `webhooks/${id}`, details });
}
