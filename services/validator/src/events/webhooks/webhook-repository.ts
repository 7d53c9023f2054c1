// Webhooks as the database keeps them.
import type { Session } from "../../database/session.ts";
import type { EventKind } from "../kinds.ts";

export const DISABLED_BECAUSE = ["person", "failing", "gone"] as const;
export type DisabledBecause = (typeof DISABLED_BECAUSE)[number];

/** A webhook without its secrets. Numbers are those of the log. */
export interface StoredWebhook {
  readonly id: string;
  readonly url: string;
  readonly description: string;
  /** Empty for all. */
  readonly kinds: readonly EventKind[];
  readonly state: "enabled" | "disabled";
  readonly disabledBecause: DisabledBecause | null;
  readonly revision: number;
  readonly createdBy: string;
  readonly createdAt: Date;
  /** Events up to this one were delivered, or wait on their own. */
  readonly handled: number;
  readonly failingSince: Date | null;
  /** Until when the secret before counts beside the present one. */
  readonly previousUntil: Date | null;
}

/** Secrets as they are sealed. */
export interface SealedSecrets {
  readonly secret: Buffer;
  readonly previousSecret: Buffer | null;
}

const COLUMNS = `id, url, description, kinds, state, disabled_because as "disabledBecause", revision,
  created_by as "createdBy", created_at as "createdAt", handled, failing_since as "failingSince",
  previous_until as "previousUntil"`;
const PARSED = { json: ["kinds"], numbers: ["handled"] };

/** `lock` keeps others from changing it until the transaction ends. */
export async function findWebhook(
  session: Session,
  id: string,
  lock: "" | "for update" = "",
): Promise<StoredWebhook | undefined> {
  const text = `select ${COLUMNS} from webhooks where id = $1 ${lock}`;
  return (await session.query<StoredWebhook>({ text, values: [id], ...PARSED })).rows[0];
}

/** Oldest first. */
export async function listWebhooks(
  session: Session,
  { after, limit }: { readonly after: string; readonly limit: number },
): Promise<StoredWebhook[]> {
  const text = `select ${COLUMNS} from webhooks where id > $1 order by id limit $2`;
  return (await session.query<StoredWebhook>({ text, values: [after, limit], ...PARSED })).rows;
}

export async function countWebhooks(session: Session): Promise<number> {
  const text = "select count(*) as count from webhooks";
  return (await session.query<{ count: number }>({ text, numbers: ["count"] })).rows[0]?.count ?? 0;
}

/** A webhook with its secrets, to send by. */
export type SendableWebhook = StoredWebhook & SealedSecrets;

/** Those that are sent to. */
export async function listEnabled(session: Session): Promise<SendableWebhook[]> {
  const text = `select ${COLUMNS}, secret, previous_secret as "previousSecret" from webhooks
    where state = 'enabled' order by id`;
  return (await session.query<SendableWebhook>({ name: "webhooks.enabled", text, ...PARSED })).rows;
}

export type NewWebhook = Pick<
  StoredWebhook,
  "id" | "url" | "description" | "kinds" | "createdBy" | "createdAt" | "handled"
> &
  Pick<SealedSecrets, "secret">;

export async function insertWebhook(session: Session, webhook: NewWebhook): Promise<void> {
  const { id, url, description, kinds, secret, createdBy, createdAt, handled } = webhook;
  await session.query(
    `insert into webhooks (id, url, description, kinds, secret, state, created_by, created_at, handled)
     values ($1, $2, $3, $4, $5, 'enabled', $6, $7, $8)`,
    [id, url, description, JSON.stringify(kinds), secret, createdBy, createdAt, handled],
  );
}

export type WebhookSettings = Pick<
  StoredWebhook,
  "url" | "description" | "kinds" | "state" | "disabledBecause" | "failingSince"
>;

export async function updateWebhook(session: Session, id: string, settings: WebhookSettings): Promise<void> {
  const { url, description, kinds, state, disabledBecause, failingSince } = settings;
  await session.query(
    `update webhooks set url = $2, description = $3, kinds = $4, state = $5, disabled_because = $6,
       failing_since = $7, revision = revision + 1
     where id = $1`,
    [id, url, description, JSON.stringify(kinds), state, disabledBecause, failingSince],
  );
}

/** The present secret becomes the one before, which counts until then. */
export async function rotateSecret(
  session: Session,
  id: string,
  { secret, previousUntil }: { readonly secret: Buffer; readonly previousUntil: Date },
): Promise<void> {
  // MySQL assigns from left to right: the old one is copied first.
  await session.query(
    `update webhooks set previous_secret = secret, secret = $2, previous_until = $3, revision = revision + 1
     where id = $1`,
    [id, secret, previousUntil],
  );
}

export async function deleteWebhook(session: Session, id: string): Promise<void> {
  await session.query("delete from webhooks where id = $1", [id]);
}

/** How far its events are handled, and since when it fails. */
export async function saveHandled(
  session: Session,
  id: string,
  { handled, failingSince }: Pick<StoredWebhook, "handled" | "failingSince">,
): Promise<void> {
  await session.query({
    name: "webhooks.save-handled",
    text: "update webhooks set handled = greatest(handled, $2), failing_since = $3 where id = $1",
    values: [id, handled, failingSince],
  });
}
