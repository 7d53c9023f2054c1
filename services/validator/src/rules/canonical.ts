import { hash } from "node:crypto";

import type { RuleSetDocument } from "./document.ts";

/** The one spelling of a rule set: keys in order, no white space. Documents that differ in these only are one. */
export function canonicalRuleSet(document: RuleSetDocument): string {
  return JSON.stringify(document, (_key, value: unknown) => (isRecord(value) ? sorted(value) : value));
}

/** SHA-256 of a rule set's canonical JSON, in hexadecimal: what a decision names it by. */
export function hashRuleSet(document: RuleSetDocument): string {
  return hash("sha256", canonicalRuleSet(document));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function sorted(record: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
