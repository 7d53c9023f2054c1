// Value lists as the database keeps them; changes of their values are in entry-repository.ts.
import type { Session, Texts } from "../database/session.ts";
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

const LIST = `name, description, size, revision, created_by as "createdBy", created_at as "createdAt",
  changed_by as "changedBy", changed_at as "changedAt"`;

const INSERT = `into value_lists (name, description, created_by, created_at, changed_by, changed_at)
  values ($1, $2, $3, $4, $3, $4)`;

/** The new list; undefined where there is one of this name. */
export async function insertList(
  { client, actor, at }: Change,
  name: string,
  description: string,
): Promise<StoredList | undefined> {
  const text = { postgresql: `insert ${INSERT} on conflict do nothing`, mysql: `insert ignore ${INSERT}` };
  const { rowCount } = await client.query({ text, values: [name, description, actor, at] });
  return rowCount === 0 ? undefined : findList(client, name);
}

export async function findList(client: Session, name: string): Promise<StoredList | undefined> {
  return (await client.query<StoredList>(`select ${LIST} from value_lists where name = $1`, [name])).rows[0];
}

/** By name, after name `after`. */
export async function listLists(
  client: Session,
  { after, limit }: { after: string; limit: number },
): Promise<StoredList[]> {
  const text = `select ${LIST} from value_lists where name > $1 order by name limit $2`;
  return (await client.query<StoredList>(text, [after, limit])).rows;
}

/** A statement that reads values: MySQL keeps them as bytes, so that two that differ by a space at the end are two. */
export function readingValues(text: (value: string) => string): Texts {
  return { postgresql: text("value"), mysql: text("convert(value using utf8mb4) as value") };
}

/** By value, after value `after`. */
export async function listValues(
  client: Session,
  { name, after, limit }: { name: string; after: string; limit: number },
): Promise<ListedValue[]> {
  const text = readingValues(
    (value) => `select ${value}, changed_by as "addedBy", changed_at as "addedAt" from value_list_entries
      where list = $1 and present = true and value > $2 order by value_list_entries.value limit $3`,
  );
  return (await client.query<ListedValue>({ text, values: [name, after, limit] })).rows;
}

/**
 * At most `limit` values of each of the lists, in order, behind value `after`: one statement, and no more is read of a
 * list than is asked for, however long it is.
 */
export async function listValuesOf(
  client: Session,
  names: readonly string[],
  { after, limit }: { after: string; limit: number },
): Promise<Map<string, ListedValue[]>> {
  const text = readingValues((value) =>
    names
      .map(
        (_, index) => `(select list, ${value}, changed_by as "addedBy", changed_at as "addedAt"
           from value_list_entries where list = $${index + 3} and present = true and value > $1
           order by value_list_entries.value limit $2)`,
      )
      .join(" union all "),
  );
  const values = [after, limit, ...names];
  const { rows } = await client.query<ListedValue & { list: string }>({ text, values });
  const byList = Map.groupBy(rows, ({ list }) => list);
  const listed = ({ value, addedBy, addedAt }: ListedValue) => ({ value, addedBy, addedAt });
  return new Map([...byList].map(([list, own]) => [list, own.map(listed)]));
}

export async function updateList(
  { client, actor, at }: Change,
  { name, description, size }: Pick<StoredList, "name" | "description" | "size">,
): Promise<StoredList> {
  await client.query(
    `update value_lists set description = $2, size = $3, revision = revision + 1, changed_by = $4, changed_at = $5
     where name = $1`,
    [name, description, size, actor, at],
  );
  return (await findList(client, name)) as StoredList;
}
