import { isDeepStrictEqual } from "node:util";
import type { ResolvedArchitecture } from "#model/architecture.ts";
import { type Data, entriesOf, isRecord } from "#model/data.ts";
import { formatPath } from "#model/problems.ts";
import {
  ARCHITECTURE_EFFECTS,
  type Effect,
  SECRET_EFFECTS,
  SERVICE_EFFECTS,
  STORE_EFFECTS,
} from "./effects.ts";

/** One thing that is different in a new resolved architecture, and what a running twin does about it. */
export interface Change {
  /** As in a problem: `services.api.env.LOG_LEVEL`. */
  readonly path: string;
  readonly effect: Effect;
  /** Absent where it is new. Resolved: plain numbers. */
  readonly before?: unknown;
  /** Absent where it is gone. */
  readonly after?: unknown;
}

/** The effects of some fields, or of everything below. */
type Table = Effect | { readonly [field: string]: Table };

/** Everything that differs, in the order of the schema; empty if nothing does. Named parts come and go whole. */
export function difference(before: ResolvedArchitecture, after: ResolvedArchitecture): Change[] {
  // As JSON, in which a field that is undefined and one that is missing are the same.
  const [one, other] = [before, after].map((each) => JSON.parse(JSON.stringify(each)) as Data);
  const parts = (name: "services" | "stores" | "secrets", effects: (part: Data) => Table) =>
    changedParts(one?.[name], other?.[name], [name], effects);
  return [
    ...Object.entries(ARCHITECTURE_EFFECTS).flatMap(([field, table]) =>
      changed(one?.[field], other?.[field], [field], table),
    ),
    ...parts("services", ({ kind }) => SERVICE_EFFECTS[kind as keyof typeof SERVICE_EFFECTS]),
    ...parts("stores", ({ kind }) => STORE_EFFECTS[kind as keyof typeof STORE_EFFECTS]),
    ...parts("secrets", () => SECRET_EFFECTS),
  ];
}

function changedParts(
  before: unknown,
  after: unknown,
  path: readonly string[],
  effects: (part: Data) => Table,
): Change[] {
  const [old, young] = [new Map(entriesOf(before)), new Map(entriesOf(after))];
  return [...new Set([...old.keys(), ...young.keys()])].flatMap((name) => {
    const [one, other] = [old.get(name) as Data | undefined, young.get(name) as Data | undefined];
    const at = [...path, name];
    if (!one) return [{ path: formatPath(at), effect: "start", after: other }];
    if (!other) return [{ path: formatPath(at), effect: "stop", before: one }];
    // A part of another kind has other fields; that it is of another kind says it all.
    if (one["kind"] !== other["kind"])
      return [
        { path: formatPath([...at, "kind"]), effect: "restart", before: one["kind"], after: other["kind"] },
      ];
    return changed(one, other, at, effects(one));
  });
}

/** Descends into records, as overlays do; a list has changed as a whole. */
function changed(before: unknown, after: unknown, path: readonly string[], table: Table): Change[] {
  if (isDeepStrictEqual(before, after)) return [];
  if (!isRecord(before) || !isRecord(after)) {
    const values = { ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) };
    return [{ path: formatPath(path), effect: wholeEffect(table), ...values }];
  }
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return keys.flatMap((key) =>
    changed(
      before[key],
      after[key],
      [...path, key],
      typeof table === "string" ? table : (table[key] ?? "restart"),
    ),
  );
}

/** The effect of a record that is new or gone as a whole: the strongest among its fields'. */
function wholeEffect(table: Table): Effect {
  if (typeof table === "string") return table;
  const effects = new Set(Object.values(table).map(wholeEffect));
  return STRONGEST_FIRST.find((effect) => effects.has(effect)) ?? "none";
}

const STRONGEST_FIRST: readonly Effect[] = ["restart", "roll", "run", "route", "configure"];
