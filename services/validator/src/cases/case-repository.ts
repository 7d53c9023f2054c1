// Cases as PostgreSQL keeps them.
import type pg from "pg";

import type { Severity } from "./sla.ts";

export const CASE_STATES = ["pending", "investigating", "closed"] as const;
export type CaseState = (typeof CASE_STATES)[number];

export const CASE_OUTCOMES = ["confirmed_risk", "false_positive"] as const;
export type CaseOutcome = (typeof CASE_OUTCOMES)[number];

export interface StoredCase {
  readonly id: string;
  readonly state: CaseState;
  readonly revision: number;
  readonly severity: Severity;
  readonly score: number;
  readonly account: string | null;
  readonly counterparty: string | null;
  readonly alerts: number;
  readonly openedAt: Date;
  readonly lastAlertAt: Date;
  readonly dueAt: Date;
  readonly assignee: string | null;
  readonly assignedAt: Date | null;
  readonly outcome: CaseOutcome | null;
  readonly closedBy: string | null;
  readonly closedAt: Date | null;
}

type Client = pg.Pool | pg.ClientBase;

const COLUMNS = `id, state, revision, severity, score, account, counterparty, alerts, opened_at as "openedAt",
  last_alert_at as "lastAlertAt", due_at as "dueAt", assignee, assigned_at as "assignedAt", outcome,
  closed_by as "closedBy", closed_at as "closedAt"`;

/** `lock` keeps others from changing it until the transaction ends. */
export async function findCase(
  client: Client,
  id: string,
  lock: "" | "for update" = "",
): Promise<StoredCase | undefined> {
  return (await client.query<StoredCase>(`select ${COLUMNS} from cases where id = $1 ${lock}`, [id])).rows[0];
}

export interface CaseFilter {
  readonly state: CaseState | undefined;
  readonly assignee: string | undefined;
  /** Of either side. */
  readonly account: string | undefined;
  readonly after: string | undefined;
  readonly limit: number;
}

/** Newest first, below `after`. */
export async function listCases(client: Client, filter: CaseFilter): Promise<StoredCase[]> {
  const { state, assignee, account, after, limit } = filter;
  const { rows } = await client.query<StoredCase>(
    `select ${COLUMNS} from cases
     where ($1::text is null or state = $1) and ($2::text is null or assignee = $2)
       and ($3::text is null or account = $3 or counterparty = $3) and ($4::uuid is null or id < $4)
     order by id desc limit $5`,
    [state, assignee, account, after, limit],
  );
  return rows;
}

/** What is to be taken next comes first: what is due, and of what is due at once the higher score. */
const QUEUE_ORDER = "due_at, score desc, id";

export async function readQueue(client: Client, limit: number): Promise<StoredCase[]> {
  const text = `select ${COLUMNS} from cases where state = 'pending' order by ${QUEUE_ORDER} limit $1`;
  return (await client.query<StoredCase>(text, [limit])).rows;
}

/** The first of the queue that nobody else is just taking; undefined where there is none. */
export async function takeNext(client: pg.ClientBase, assignee: string): Promise<StoredCase | undefined> {
  const { rows } = await client.query<StoredCase>({
    name: "cases.take-next",
    text: `update cases
           set state = 'investigating', assignee = $1, assigned_at = now(), revision = revision + 1
           where id = (select id from cases where state = 'pending' order by ${QUEUE_ORDER} limit 1
             for update skip locked)
           returning ${COLUMNS}`,
    values: [assignee],
  });
  return rows[0];
}

/** Null gives it back to the queue. */
export async function updateAssignee(
  client: pg.ClientBase,
  id: string,
  assignee: string | null,
): Promise<StoredCase> {
  return update(
    client,
    `state = case when $2::text is null then 'pending' else 'investigating' end, assignee = $2,
     assigned_at = case when $2::text is null then null else now() end`,
    [id, assignee],
  );
}

export async function updateOutcome(
  client: pg.ClientBase,
  id: string,
  outcome: CaseOutcome,
  closedBy: string,
): Promise<StoredCase> {
  return update(client, "state = 'closed', outcome = $2, closed_by = $3, closed_at = now()", [
    id,
    outcome,
    closedBy,
  ]);
}

async function update(client: pg.ClientBase, set: string, values: unknown[]): Promise<StoredCase> {
  const text = `update cases set ${set}, revision = revision + 1 where id = $1 returning ${COLUMNS}`;
  return (await client.query<StoredCase>(text, values)).rows[0] as StoredCase;
}

/** Cases that are not closed, for metrics. */
export interface Workload {
  readonly pending: number;
  readonly investigating: number;
  readonly overdue: number;
}

export async function countOpen(client: Client): Promise<Workload> {
  const { rows } = await client.query<Workload>({
    name: "cases.count-open",
    text: `select count(*) filter (where state = 'pending')::integer as pending,
             count(*) filter (where state = 'investigating')::integer as investigating,
             count(*) filter (where due_at < now())::integer as overdue
           from cases where state <> 'closed'`,
  });
  return rows[0] as Workload;
}
