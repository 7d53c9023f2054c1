import type { RuleDocument, RuleSetDocument } from "../rules/document.ts";

/** One member of a document or rule that is not the same; undefined where one of them does not have it. */
export interface FieldChange {
  readonly field: string;
  readonly from?: unknown;
  readonly to?: unknown;
}

export interface RuleSetDiff {
  /** Of the rule set itself: name, scheme, bands … */
  readonly fields: readonly FieldChange[];
  readonly added: readonly RuleDocument[];
  readonly removed: readonly RuleDocument[];
  readonly changed: readonly { readonly rule: string; readonly fields: readonly FieldChange[] }[];
  /** Whether the rules that both have stand in another order. */
  readonly reordered: boolean;
}

/** What makes `to` of `from`. Rules are the same rule where their ids are equal. */
export function diffRuleSets(from: RuleSetDocument, to: RuleSetDocument): RuleSetDiff {
  const before = new Map(from.rules.map((rule) => [rule.id, rule]));
  const after = new Map(to.rules.map((rule) => [rule.id, rule]));
  const changed = to.rules.flatMap((rule) => {
    const old = before.get(rule.id);
    const fields = old === undefined ? [] : changedFields(old, rule);
    return fields.length === 0 ? [] : [{ rule: rule.id, fields }];
  });
  const kept = from.rules.filter(({ id }) => after.has(id));
  const keptNow = to.rules.filter(({ id }) => before.has(id));
  return {
    fields: changedFields({ ...from, rules: undefined }, { ...to, rules: undefined }),
    added: to.rules.filter(({ id }) => !before.has(id)),
    removed: from.rules.filter(({ id }) => !after.has(id)),
    changed,
    reordered: kept.some(({ id }, index) => keptNow[index]?.id !== id),
  };
}

function changedFields(from: object, to: object): FieldChange[] {
  const [before, after] = [new Map(Object.entries(from)), new Map(Object.entries(to))];
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((field) => {
    const [old, now] = [before.get(field) as unknown, after.get(field) as unknown];
    // Both documents are canonical: what is equal is spelt equally.
    return JSON.stringify(old) === JSON.stringify(now) ? [] : [{ field, from: old, to: now }];
  });
}
