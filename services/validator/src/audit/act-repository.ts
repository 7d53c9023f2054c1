// Administrative acts, as they are read.
import type { Session } from "../database/session.ts";
import type { Act } from "./acts.ts";

export interface AuditAct extends Act {
  readonly id: string;
  readonly at: Date;
}

/** What is asked for; everything given must be so. */
export interface AuditActFilter {
  readonly actor: string | undefined;
  readonly act: string | undefined;
  readonly subject: string | undefined;
  /** Only what is older than this act. */
  readonly after: string | undefined;
  readonly limit: number;
}

/** Whether this was done to it before, as far as the transaction sees. */
export async function wasDone(session: Session, act: string, subject: string): Promise<boolean> {
  const text = "select id from audit_events where act = $1 and subject = $2 limit 1";
  return (await session.query({ text, values: [act, subject] })).rows.length > 0;
}

/** Newest first. */
export async function listActs(
  session: Session,
  { actor, act, subject, after, limit }: AuditActFilter,
): Promise<AuditAct[]> {
  const given = Object.entries({
    "actor =": actor,
    "act =": act,
    "subject =": subject,
    "id <": after,
  }).filter(([, value]) => value !== undefined);
  const conditions = given.map(([condition], index) => `${condition} $${index + 2}`);
  const { rows } = await session.query<AuditAct>({
    text: `select id, actor, act, subject, details, at from audit_events
           where ${conditions.join(" and ") || "1 = 1"} order by id desc limit $1`,
    values: [limit, ...given.map(([, value]) => value)],
    json: ["details"],
  });
  return rows;
}
