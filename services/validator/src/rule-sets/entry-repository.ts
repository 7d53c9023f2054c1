// Changes of the values of lists. One that was removed stays, as absent: replicas ask for what has changed.
import type { Texts } from "../database/session.ts";
import type { Change } from "./changes.ts";
import { type ListedValue, listValues } from "./list-repository.ts";

const MOVE = (to: boolean) => `update value_list_entries
  set present = ${to}, changed = $3, changed_by = $4, changed_at = $5
  where list = $1 and value = any($2::text[]) and present = ${!to}`;

const [RESTORE, REMOVE] = [MOVE(true), MOVE(false)];

const ROWS = `into value_list_entries (list, value, present, changed, changed_by, changed_at)
  select $1, given.value, true, $3, $4, $5 from`;

const INSERT = {
  postgresql: `insert ${ROWS} unnest($2::text[]) as given (value) on conflict do nothing`,
  mysql: `insert ignore ${ROWS} json_table($2, '$[*]' columns (
    value varchar(255) character set utf8mb4 collate utf8mb4_bin path '$' error on error)) as given`,
};

/** Values of one statement: what MySQL takes at once has an end, 16 MiB unless it is told otherwise. */
const VALUES_A_STATEMENT = 10_000;

/** Adds the values that are not there; how many these are. */
export async function addValues(change: Change, name: string, values: readonly string[]): Promise<number> {
  return (await write(change, name, values, RESTORE)) + (await write(change, name, values, INSERT));
}

/** Removes the values that are there; how many these are. */
export function removeValues(change: Change, name: string, values: readonly string[]): Promise<number> {
  return write(change, name, values, REMOVE);
}

/** Removes all values but these; how many that are. */
export async function removeOthers(change: Change, name: string, values: readonly string[]): Promise<number> {
  const kept = new Set(values);
  const others: string[] = [];
  let page: ListedValue[];
  let after = "";
  do {
    page = await listValues(change.client, { name, after, limit: VALUES_A_STATEMENT });
    others.push(...page.flatMap(({ value }) => (kept.has(value) ? [] : value)));
    after = page.at(-1)?.value ?? "";
  } while (page.length === VALUES_A_STATEMENT);
  return removeValues(change, name, others);
}

async function write(
  { client, stamp, actor, at }: Change,
  name: string,
  values: readonly string[],
  text: string | Texts,
): Promise<number> {
  let written = 0;
  for (let first = 0; first < values.length; first += VALUES_A_STATEMENT) {
    const some = values.slice(first, first + VALUES_A_STATEMENT);
    written += (await client.query({ text, values: [name, some, stamp, actor, at] })).rowCount;
  }
  return written;
}
