// What people do with value lists: each act stored and recorded in one change.
import { hash } from "node:crypto";

import { allowMatch, requireMatch } from "../http/preconditions.ts";
import { Problem } from "../http/problems.ts";
import type { Change, MakeChange } from "./changes.ts";
import { addValues, removeOthers, removeValues } from "./entry-repository.ts";
import { findList, insertList, updateList, type StoredList } from "./list-repository.ts";

export const LIST_LIMITS = {
  /** Values of one list. */
  values: 1_000_000,
  /** Values of one request. */
  bulk: 10_000,
  /** Values that a list may have and yet be replaced at once. */
  replaced: 100_000,
  /** Values that an audit event spells out; of more it has the number and a hash. */
  spelt: 100,
} as const;

interface Addressed {
  readonly actor: string;
  readonly name: string;
  readonly ifMatch: string | undefined;
}

/** What a change of values has come to. */
export interface ListChange {
  readonly list: StoredList;
  readonly added: number;
  readonly removed: number;
}

export interface Lists {
  create(
    actor: string,
    list: { name: string; description: string; values: readonly string[] },
  ): Promise<StoredList>;
  /** Adds and removes in one step. Values that are there or gone already are left as they are. */
  change(to: Addressed & { add: readonly string[]; remove: readonly string[] }): Promise<ListChange>;
  replace(to: Addressed & { values: readonly string[] }): Promise<ListChange>;
}

export const listTag = ({ name, revision }: StoredList) => `"${name}.${revision}"`;

const subjectOf = (name: string) => `lists/${name}`;

/** Without its values, of which there may be a million: the act tells which came and went. */
const wholeOf = (before: StoredList | null, after: StoredList) => ({
  version: after.revision,
  before,
  after,
});

export function createLists(change: MakeChange): Lists {
  return {
    create: (actor, { name, description, values }) =>
      change(actor, async (made) => {
        const created = await insertList(made, name, description);
        if (created === undefined)
          throw new Problem("list_exists", [reason("list_exists", "is taken", "/name")]);
        const added = await addValues(made, name, distinct(values));
        const list = added === 0 ? created : await updateList(made, { name, description, size: added });
        const details = { description, added: told(values) };
        await made.record("list.created", subjectOf(name), details, "decides", wholeOf(null, list));
        return list;
      }),

    change: ({ actor, name, ifMatch, add, remove }) =>
      change(actor, async (made) => {
        const before = await existing(made, name);
        allowMatch(ifMatch, listTag(before));
        const added = await addValues(made, name, distinct(add));
        const removed = await removeValues(made, name, distinct(remove));
        return save(made, before, { added, removed, details: { added: told(add), removed: told(remove) } });
      }),

    replace: ({ actor, name, ifMatch, values }) =>
      change(actor, async (made) => {
        const before = await existing(made, name);
        requireMatch(ifMatch, listTag(before));
        if (before.size > LIST_LIMITS.replaced) {
          const message = `has ${before.size} values; above ${LIST_LIMITS.replaced} add and remove some at a time`;
          throw new Problem("list_full", [reason("list_too_long_to_replace", message, "")]);
        }
        const kept = distinct(values);
        const removed = await removeOthers(made, name, kept);
        const added = await addValues(made, name, kept);
        return save(made, before, { added, removed, details: { replacedBy: told(values) } });
      }),
  };
}

/** Nothing is written where nothing has changed. */
async function save(
  made: Change,
  before: StoredList,
  { added, removed, details }: { added: number; removed: number; details: object },
): Promise<ListChange> {
  if (added === 0 && removed === 0) return { list: before, added, removed };
  const size = before.size + added - removed;
  if (size > LIST_LIMITS.values) {
    const message = `would have ${size} values; at most ${LIST_LIMITS.values} fit`;
    throw new Problem("list_full", [reason("list_full", message, "")]);
  }
  const list = await updateList(made, { ...before, size });
  const whole = wholeOf(before, list);
  await made.record("list.changed", subjectOf(before.name), { ...details, size }, "decides", whole);
  return { list, added, removed };
}

async function existing({ client }: Change, name: string): Promise<StoredList> {
  const found = await findList(client, name);
  if (found === undefined) throw new Problem("list_not_found");
  return found;
}

const distinct = (values: readonly string[]) => [...new Set(values)].sort();

/** Values as an audit event tells them. */
function told(values: readonly string[]): object {
  const all = distinct(values);
  if (all.length <= LIST_LIMITS.spelt) return { count: all.length, values: all };
  return { count: all.length, sha256: hash("sha256", JSON.stringify(all)) };
}

const reason = (code: string, message: string, pointer: string) => ({ code, message, pointer });
