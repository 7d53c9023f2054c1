// Snoozes as the database keeps them: none is ever deleted.
import type { Session } from "../database/session.ts";
import type { Change } from "./changes.ts";

/** A rule that is muted for a subject until a time, by whom and why. */
export interface Snooze {
  readonly id: string;
  readonly rule: string;
  readonly subject: string;
  readonly reason: string;
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly until: Date;
  readonly endedBy: string | null;
  readonly endedAt: Date | null;
}

const SNOOZE = `id, rule, subject, reason, created_by as "createdBy", created_at as "createdAt", until,
  ended_by as "endedBy", ended_at as "endedAt"`;

const ACTIVE = "ended_at is null and until > current_timestamp(6)";

export async function insertSnooze(
  { client, actor, at }: Change,
  { id, rule, subject, reason, until }: Pick<Snooze, "id" | "rule" | "subject" | "reason" | "until">,
): Promise<Snooze> {
  await client.query(
    `insert into snoozes (id, rule, subject, reason, created_by, created_at, until)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [id, rule, subject, reason, actor, at, until],
  );
  return (await findSnooze(client, id)) as Snooze;
}

export async function findSnooze(client: Session, id: string): Promise<Snooze | undefined> {
  return (await client.query<Snooze>(`select ${SNOOZE} from snoozes where id = $1`, [id])).rows[0];
}

export async function endSnooze({ client, actor, at }: Change, id: string): Promise<Snooze> {
  await client.query("update snoozes set ended_by = $2, ended_at = $3 where id = $1", [id, actor, at]);
  return (await findSnooze(client, id)) as Snooze;
}

/** Newest first, before id `after`. */
export async function listSnoozes(
  client: Session,
  { active, after, limit }: { active: boolean; after: string | undefined; limit: number },
): Promise<Snooze[]> {
  const text = `select ${SNOOZE} from snoozes where ${active ? ACTIVE : "true"} and ($1::uuid is null or id < $1)
    order by id desc limit $2`;
  return (await client.query<Snooze>(text, [after, limit])).rows;
}

export async function countActiveSnoozes(client: Session): Promise<number> {
  const { rows } = await client.query<{ count: number }>({
    text: `select count(*) as count from snoozes where ${ACTIVE}`,
    numbers: ["count"],
  });
  return rows[0]?.count ?? 0;
}

export async function readActiveSnoozes(
  client: Session,
): Promise<Pick<Snooze, "rule" | "subject" | "until">[]> {
  const text = `select rule, subject, until from snoozes where ${ACTIVE}`;
  return (await client.query<Snooze>({ name: "snoozes.active", text })).rows;
}
