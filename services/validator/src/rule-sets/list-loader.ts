import type { Connection } from "../database/session.ts";
import type { Stamp } from "./changes.ts";
import { readingValues } from "./list-repository.ts";
import type { RuleSnapshot } from "./snapshot.ts";
import { ValueListBuilder, type ValueChange, type ValueList } from "./value-list.ts";

/** Rows of one answer: few enough that decisions do not notice. */
const PAGE = 2000;

/**
 * The lists of these names, as far as they exist. Those that `previous` has are brought up to date by what has changed
 * since; the others are read whole. `client` is in a transaction that sees one moment.
 */
export async function loadLists(
  client: Connection,
  names: ReadonlySet<string>,
  previous: RuleSnapshot | undefined,
): Promise<ReadonlyMap<string, ValueList>> {
  const text = "select name from value_lists where name = any($1)";
  const existing = (
    await client.query<{ name: string }>({ name: "lists.existing", text, values: [[...names]] })
  ).rows;
  const continues = previous !== undefined && (await hasSeen(client, previous.stamp));
  const known = continues ? previous.lists : new Map<string, ValueList>();
  const lists = new Map<string, ValueList>();
  for (const { name } of existing) lists.set(name, known.get(name) ?? (await readWhole(client, name)));
  if (!continues) return lists;

  const updated = existing.flatMap(({ name }) => (known.has(name) ? name : []));
  for (const [name, changes] of await readChanges(client, updated, previous.stamp.stamp)) {
    lists.set(name, await (lists.get(name) as ValueList).with(changes));
  }
  return lists;
}

/** Whether the database's history has the change: not so where a failover has lost it. */
async function hasSeen(client: Connection, { stamp, token }: Stamp): Promise<boolean> {
  const text = "select stamp from rule_changes where stamp = $1 and token = $2";
  return (await client.query({ name: "rules.has-seen", text, values: [stamp, token] })).rowCount === 1;
}

async function readWhole(client: Connection, name: string): Promise<ValueList> {
  const list = new ValueListBuilder();
  const text = readingValues(
    (value) => `select ${value} from value_list_entries where list = $1 and present`,
  );
  for await (const rows of client.pages<{ value: string }>(text, [name], PAGE)) {
    for (const { value } of rows) list.add(value);
  }
  return list.build();
}

interface ValueChangeRow {
  list: string;
  value: string;
  present: boolean;
}

async function readChanges(
  client: Connection,
  names: readonly string[],
  since: number,
): Promise<Map<string, ValueChange[]>> {
  const changes = new Map<string, ValueChange[]>(names.map((name) => [name, []]));
  // The order is for the planner: by the index on changes it reads just these, also where it takes them for many.
  const text = readingValues(
    (value) => `select list, ${value}, present from value_list_entries
      where changed > $1 and list = any($2) order by changed`,
  );
  for await (const rows of client.pages<ValueChangeRow>(text, [since, names], PAGE)) {
    for (const { list, value, present } of rows) changes.get(list)?.push([value, present]);
  }
  return changes;
}
