// What many fields of one request ask for one by one is asked of the store at once.
import DataLoader from "dataloader";

import type { CaseAlert, CaseEvent } from "../cases/case.ts";
import type { FoundDecision } from "../decisions/reader.ts";
import type { ListedValue } from "../rule-sets/list-repository.ts";
import type { VersionSummary } from "../rule-sets/repository.ts";
import type { RuleSetDocument } from "../rules/document.ts";
import type { Sources } from "./sources.ts";

/** Keys of one statement; more are another one. */
const MOST_KEYS = 500;

export interface Loaders {
  readonly decision: DataLoader<string, FoundDecision | undefined>;
  readonly version: DataLoader<number, VersionSummary | undefined>;
  readonly document: DataLoader<number, RuleSetDocument | undefined>;
  /** The first so many of each case. */
  alerts(limit: number): DataLoader<string, CaseAlert[]>;
  events(limit: number): DataLoader<string, CaseEvent[]>;
  /** The first so many of each list. */
  values(limit: number): DataLoader<string, ListedValue[]>;
}

/** For one request: what it has read is not read again, and forgotten with it. */
export function createLoaders(sources: Sources): Loaders {
  return {
    decision: loader(async (ids) => byKey(await sources.decisionsById(ids), ({ id }) => id)),
    version: loader(async (numbers) =>
      byKey(await sources.versionsByNumber(numbers), ({ version }) => version),
    ),
    document: loader((numbers) => sources.documentsByNumber(numbers)),
    alerts: byLimit((limit) => lists((ids) => sources.cases.alertsOf(ids, limit))),
    events: byLimit((limit) => lists((ids) => sources.cases.eventsOf(ids, limit))),
    values: byLimit((limit) => lists((names) => sources.valuesOf(names, { after: "", limit }))),
  };
}

function loader<Key, Value>(read: (keys: readonly Key[]) => Promise<ReadonlyMap<Key, Value>>) {
  return new DataLoader<Key, Value | undefined>(
    async (keys) => {
      const found = await read(keys);
      return keys.map((key) => found.get(key));
    },
    { maxBatchSize: MOST_KEYS },
  );
}

function lists<Item>(read: (keys: readonly string[]) => Promise<ReadonlyMap<string, Item[]>>) {
  return new DataLoader<string, Item[]>(
    async (keys) => {
      const found = await read(keys);
      return keys.map((key) => found.get(key) ?? []);
    },
    { maxBatchSize: MOST_KEYS },
  );
}

/** One field is asked with one limit; fields beside it, under other names, may have others. */
function byLimit<Value>(make: (limit: number) => Value): (limit: number) => Value {
  const made = new Map<number, Value>();
  return (limit) => {
    const known = made.get(limit) ?? make(limit);
    made.set(limit, known);
    return known;
  };
}

function byKey<Key, Value>(values: readonly Value[], key: (value: Value) => Key): ReadonlyMap<Key, Value> {
  return new Map(values.map((value) => [key(value), value]));
}
