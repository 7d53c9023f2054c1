// Value lists as PostgreSQL keeps them.
import type pg from "pg";

import type { Change } from "./changes.ts";

export interface StoredList {
  readonly name: string;
  readonly description: string;
  /** How many values it has. */
  readonly size: number;
  /** Counts its changes; the entity tag is made of it. */
  readonly revision: number;
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly changedBy: string;
  readonly changedAt: Date;
}

/** A value of a list, and who put it there when. */
export interface ListedValue {
  readonly value: string;
  readonly addedBy: string;
  readonly addedAt: Date;
}

type Client = pg.Pool | pg.ClientBase;

const LIST = `name, description, size, revision, created_by as "createdBy", created_at as "createdAt",
  changed_by as "changedBy", changed_at as "changedAt"`;

/** The new list; undefined where there is one of this name. */
export async function insertList(
  { client, actor, at }: Change,
  name: string,
  description: string,
): Promise<StoredList | undefined> {
  const { rows } = await client.query<StoredList>(
    `insert into value_lists (name, description, created_by, created_at, changed_by, changed_at)
     values ($1, $2, $3, $4, $3, $4) on conflict do nothing returning ${LIST}`,
    [name, description, actor, at],
  );
  return rows[0];
}

export async function findList(client: Client, name: string): Promise<StoredList | undefined> {
  return (await client.query<StoredList>(`select ${LIST} from value_lists where name = $1`, [name])).rows[0];
}

/** By name, after name `after`. */
export async function listLists(
  client: Client,
  { after, limit }: { after: string; limit: number },
): Promise<StoredList[]> {
  const text = `select ${LIST} from value_lists where name > $1 order by name limit $2`;
  return (await client.query<StoredList>(text, [after, limit])).rows;
}

/** By value, after value `after`. */
export async function listValues(
  client: Client,
  { name, after, limit }: { name: string; after: string; limit: number },
): Promise<ListedValue[]> {
  const text = `select value, changed_by as "addedBy", changed_at as "addedAt" from value_list_entries
    where list = $1 and present and value > $2 order by value limit $3`;
  return (await client.query<ListedValue>(text, [name, after, limit])).rows;
}

/** Adds the values that are not there; how many these are. */
export async function addValues(
  { client, stamp, actor, at }: Change,
  name: string,
  values: readonly string[],
): Promise<number> {
  const text = `insert into value_list_entries as entry (list, value, present, changed, changed_by, changed_at)
    select $1, value, true, $3, $4, $5 from unnest($2::text[]) as value
    on conflict (list, value) do update
      set present = true, changed = excluded.changed, changed_by = excluded.changed_by, changed_at = excluded.changed_at
      where not entry.present`;
  return (await client.query(text, [name, values, stamp, actor, at])).rowCount ?? 0;
}

/** Removes the values that are there; how many these are. */
export async function removeValues(
  { client, stamp, actor, at }: Change,
  name: string,
  values: readonly string[],
): Promise<number> {
  const text = `update value_list_entries as entry
    set present = false, changed = $3, changed_by = $4, changed_at = $5
    from unnest($2::text[]) as gone where entry.list = $1 and entry.value = gone and entry.present`;
  return (await client.query(text, [name, values, stamp, actor, at])).rowCount ?? 0;
}

/** Removes all values but these; how many that are. */
export async function removeOthers(
  { client, stamp, actor, at }: Change,
  name: string,
  values: readonly string[],
): Promise<number> {
  const text = `update value_list_entries as entry
    set present = false, changed = $3, changed_by = $4, changed_at = $5
    where entry.list = $1 and entry.present and not exists (select from unnest($2::text[]) as kept where kept = entry.value)`;
  return (await client.query(text, [name, values, stamp, actor, at])).rowCount ?? 0;
}

export async function updateList(
  { client, actor, at }: Change,
  { name, description, size }: Pick<StoredList, "name" | "description" | "size">,
): Promise<StoredList> {
  const { rows } = await client.query<StoredList>(
    `update value_lists set description = $2, size = $3, revision = revision + 1, changed_by = $4, changed_at = $5
     where name = $1 returning ${LIST}`,
    [name, description, size, actor, at],
  );
  return rows[0] as StoredList;
}
