// Cases as the database keeps them.
import type { Session } from "../database/session.ts";
import type { CaseOutcome, StoredCase } from "./case.ts";
import type { CaseFilter, Workload } from "./store.ts";

const COLUMNS = `id, state, revision, severity, score, account, counterparty, alerts, opened_at as "openedAt",
  last_alert_at as "lastAlertAt", due_at as "dueAt", assignee, assigned_at as "assignedAt", outcome,
  closed_by as "closedBy", closed_at as "closedAt"`;

/** `lock` keeps others from changing it until the transaction ends. */
export async function findCase(
  session: Session,
  id: string,
  lock: "" | "for update" = "",
): Promise<StoredCase | undefined> {
  return (await session.query<StoredCase>(`select ${COLUMNS} from cases where id = $1 ${lock}`, [id]))
    .rows[0];
}

export async function findCases(session: Session, ids: readonly string[]): Promise<StoredCase[]> {
  const text = `select ${COLUMNS} from cases where id = any($1::uuid[])`;
  return (await session.query<StoredCase>(text, [ids])).rows;
}

/** Newest first, below `after`. */
export async function listCases(session: Session, filter: CaseFilter): Promise<StoredCase[]> {
  const { state, assignee, account, after, limit } = filter;
  const values: unknown[] = [];
  const conditions: string[] = [];
  const where = (value: unknown, condition: (placeholder: string) => string) => {
    if (value === undefined) return;
    values.push(value);
    conditions.push(condition(`$${values.length}`));
  };
  where(state, (given) => `state = ${given}`);
  where(assignee, (given) => `assignee = ${given}`);
  where(account, (given) => `(account = ${given} or counterparty = ${given})`);
  where(after, (given) => `id < ${given}`);
  values.push(limit);
  const { rows } = await session.query<StoredCase>(
    `select ${COLUMNS} from cases ${conditions.length > 0 ? `where ${conditions.join(" and ")}` : ""}
     order by id desc limit $${values.length}`,
    values,
  );
  return rows;
}

/** What is to be taken next comes first: what is due, and of what is due at once the higher score. */
const QUEUE_ORDER = "due_at, score desc, id";

export async function readQueue(session: Session, limit: number): Promise<StoredCase[]> {
  const text = `select ${COLUMNS} from cases where state = 'pending' order by ${QUEUE_ORDER} limit $1`;
  return (await session.query<StoredCase>(text, [limit])).rows;
}

/** The first of the queue that nobody else is just taking, kept for the transaction; undefined where there is none. */
export async function lockNext(session: Session): Promise<StoredCase | undefined> {
  const { rows } = await session.query<StoredCase>({
    name: "cases.lock-next",
    text: `select ${COLUMNS} from cases where state = 'pending' order by ${QUEUE_ORDER} limit 1
           for update skip locked`,
  });
  return rows[0];
}

/** Null gives it back to the queue. */
export async function updateAssignee(
  session: Session,
  id: string,
  assignee: string | null,
): Promise<StoredCase> {
  return assignee === null
    ? update(session, "state = 'pending', assignee = null, assigned_at = null", [id])
    : update(session, "state = 'investigating', assignee = $2, assigned_at = current_timestamp(6)", [
        id,
        assignee,
      ]);
}

export async function updateOutcome(
  session: Session,
  id: string,
  outcome: CaseOutcome,
  closedBy: string,
): Promise<StoredCase> {
  const set = "state = 'closed', outcome = $2, closed_by = $3, closed_at = current_timestamp(6)";
  return update(session, set, [id, outcome, closedBy]);
}

async function update(session: Session, set: string, values: readonly unknown[]): Promise<StoredCase> {
  await session.query(`update cases set ${set}, revision = revision + 1 where id = $1`, values);
  return (await findCase(session, values[0] as string)) as StoredCase;
}

export async function countOpen(session: Session): Promise<Workload> {
  const { rows } = await session.query<Workload>({
    name: "cases.count-open",
    text: `select count(case when state = 'pending' then 1 end) as pending,
             count(case when state = 'investigating' then 1 end) as investigating,
             count(case when due_at < current_timestamp(6) then 1 end) as overdue
           from cases where state <> 'closed'`,
    numbers: ["pending", "investigating", "overdue"],
  });
  return rows[0] as Workload;
}

export async function findAssignees(session: Session): Promise<string[]> {
  const text = "select distinct assignee from cases where state = 'investigating'";
  return (await session.query<{ assignee: string }>(text)).rows.map(({ assignee }) => assignee);
}
