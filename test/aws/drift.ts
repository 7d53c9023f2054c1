/** What a plan would change. https://developer.hashicorp.com/terraform/internals/json-format#plan-representation */
export interface Plan {
  readonly resource_changes?: readonly {
    readonly address: string;
    readonly type: string;
    readonly name: string;
    readonly change: Change;
  }[];
  readonly output_changes?: Readonly<Record<string, Change>>;
}

interface Change {
  readonly actions: readonly string[];
  readonly before: unknown;
  readonly after: unknown;
  readonly after_unknown?: unknown;
}

/** An argument that would be another one; "" where the whole resource would be made or destroyed. */
export interface Drift {
  /** Without the key of a `for_each`. */
  readonly address: string;
  readonly argument: string;
  readonly says: string;
}

const LONGEST = 100;

/** Everything that the plan would change, by address and argument; empty where it would change nothing. */
export function driftOf({ resource_changes = [], output_changes = {} }: Plan): Drift[] {
  const resources = resource_changes
    .filter(isChange)
    .flatMap(({ type, name, change }) => driftIn(`${type}.${name}`, change));
  const outputs = Object.entries(output_changes)
    .map(([name, change]) => ({ name, change }))
    .filter(isChange)
    .map(({ name, change }) => ({
      address: `output.${name}`,
      argument: "",
      says: said(change.before, change.after),
    }));
  return [...resources, ...outputs];
}

function isChange({ change }: { readonly change: Change }): boolean {
  return change.actions.some((action) => action !== "no-op" && action !== "read");
}

function driftIn(address: string, { actions, before, after, after_unknown: unknown }: Change): Drift[] {
  if (!isRecord(before) || !isRecord(after)) return [{ address, argument: "", says: actions.join(", ") }];
  const names = new Set([...Object.keys(before), ...Object.keys(after), ...Object.keys(unknown ?? {})]);
  return [...names].sort().flatMap((argument) => {
    const isUnknown = hasUnknown(isRecord(unknown) ? unknown[argument] : undefined);
    if (isUnknown) return [{ address, argument, says: said(before[argument], "known after apply") }];
    if (JSON.stringify(before[argument]) === JSON.stringify(after[argument])) return [];
    return [{ address, argument, says: said(before[argument], after[argument]) }];
  });
}

function said(before: unknown, after: unknown): string {
  return [before, after].map((value) => (JSON.stringify(value) ?? "nothing").slice(0, LONGEST)).join(" → ");
}

function hasUnknown(unknown: unknown): boolean {
  if (typeof unknown !== "object" || unknown === null) return unknown === true;
  return Object.values(unknown).some(hasUnknown);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
