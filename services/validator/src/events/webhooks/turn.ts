// What has become of the deliveries of a turn, stored in one transaction.
import { recordAct } from "../../audit/acts.ts";
import type { Pool, Session } from "../../database/session.ts";
import { inTransaction } from "../../database/transaction.ts";
import type { WebhooksConfig } from "../config.ts";
import { emit } from "../outbox.ts";
import type { Outcome } from "./attempt.ts";
import { hasten, replaceDeliveries, type Unsuccessful, type WaitingDelivery } from "./delivery-repository.ts";
import { retryDelay } from "./schedule.ts";
import { findWebhook, saveHandled, type StoredWebhook, updateWebhook } from "./webhook-repository.ts";

/** A delivery that was attempted, or that waits behind one; then it has no outcome. */
export interface Attempted {
  readonly item: WaitingDelivery;
  readonly outcome: Outcome | undefined;
}

export interface Turn {
  readonly webhook: StoredWebhook;
  readonly done: readonly Attempted[];
  /** Events up to this number were delivered, or are among those that did not succeed. */
  readonly handled: number;
  /** Nothing had been taken for a while before this turn. */
  readonly wasDown: boolean;
  readonly at: Date;
  readonly config: Pick<WebhooksConfig, "retry" | "attempts" | "disableAfter">;
}

/** Stores the results of a turn; a webhook that has been deleted meanwhile has none. */
export async function saveTurn(pool: Pool, turn: Turn): Promise<void> {
  const { webhook, done, handled, wasDown, at, config } = turn;
  const { id } = webhook;
  const outcomes = done.flatMap(({ outcome }) => outcome ?? []);
  const succeeded = outcomes.some(({ kind }) => kind === "delivered");
  const failed = outcomes.some(({ kind }) => kind !== "delivered");
  const over = done.flatMap(({ item, outcome }) => (outcome?.kind === "delivered" ? item.number : []));
  const unsuccessful = done.flatMap((each) => unsuccessfulOf(each, at, config) ?? []);
  await inTransaction(pool, "write", async (session) => {
    const stored = await findWebhook(session, id, "for update");
    if (stored === undefined) return;
    await replaceDeliveries(session, id, { over, unsuccessful });
    const failingSince = succeeded ? null : failed ? (stored.failingSince ?? at) : stored.failingSince;
    await saveHandled(session, id, { handled, failingSince });
    // Not for what is refused while the rest is taken: that would be tried again with everything that is.
    if (succeeded && wasDown) await hasten(session, id, at);
    const lasts = failingSince !== null && at.getTime() - failingSince.getTime() >= config.disableAfter;
    const because = outcomes.some(({ kind }) => kind === "gone")
      ? "gone"
      : lasts && failed
        ? "failing"
        : undefined;
    if (because !== undefined && stored.state === "enabled")
      await disable(session, { ...stored, failingSince }, because);
  });
}

function unsuccessfulOf(
  { item, outcome }: Attempted,
  at: Date,
  config: Turn["config"],
): Unsuccessful | undefined {
  const { number, key, kind, eventId } = item;
  const delivery = { number, key, kind, eventId };
  if (outcome === undefined) {
    const nothing = { failedAt: undefined, status: undefined, failure: undefined };
    return { ...delivery, state: "waiting", attempts: 0, nextAt: undefined, ...nothing };
  }
  if (outcome.kind === "delivered") return undefined;
  const { status, failure, retryAfter } = outcome;
  const attempts = item.attempts + 1;
  const told = { attempts, failedAt: at, status, failure };
  // What a receiver that is gone did not take stays as it is, for the day when it is enabled again.
  if (outcome.kind === "failed" && attempts >= config.attempts)
    return { ...delivery, ...told, state: "dead", nextAt: undefined };
  const nextAt = new Date(at.getTime() + retryDelay(attempts, { retry: config.retry, retryAfter }));
  return { ...delivery, ...told, state: "waiting", nextAt };
}

/** Nothing is sent any more, which is told to whoever listens to events. */
async function disable(session: Session, webhook: StoredWebhook, because: "failing" | "gone"): Promise<void> {
  const { id } = webhook;
  const subject = `webhooks/${id}`;
  await updateWebhook(session, id, { ...webhook, state: "disabled", disabledBecause: because });
  await emit(session, "webhook.disabled", { subject }, { webhook: id, because });
  await recordAct(session, { actor: "system", act: "webhook.disabled", subject, details: { because } });
}
