import { findings, refusals } from "../transactions/reasons.ts";
import { TransactionBody } from "../transactions/schema.ts";
import type { RuleDocument, RuleSetDocument } from "./document.ts";
import { Lookups, type Lookup } from "./language/compilation.ts";
import { compileExpression, type Expression } from "./language/expression.ts";
import { fieldReader } from "./language/fields.ts";
import { LIMITS } from "./limits.ts";
import { problem, type RuleSetProblem, type RuleSetProblemCode } from "./problems.ts";
import { FAILURE_REASONS, severity } from "./severity.ts";
import { readStructure, type Sound } from "./structure.ts";

/** More problems help nobody: an answer stays small however bad the document is. */
const MOST_PROBLEMS = 100;

/** Everything that is wrong with a document; empty where it is a rule set that can be saved and compiled. */
export function checkRuleSet(document: unknown): readonly RuleSetProblem[] {
  const { sound, problems } = examine(document);
  const all = [...problems, ...sound.flatMap(conventions)];
  if (all.length <= MOST_PROBLEMS) return all;
  return [...all.slice(0, MOST_PROBLEMS), problem("too_many_problems", "")];
}

/** A rule that is asked, with its compiled expression. */
export interface Examined {
  readonly rule: RuleDocument;
  readonly expression: Expression;
}

/** What compiling needs: the enabled rules with their expressions, and the facts that these ask for. */
export function examine(document: unknown): {
  readonly sound: readonly Sound[];
  readonly rules: readonly Examined[];
  readonly lookups: readonly Lookup[];
  readonly problems: readonly RuleSetProblem[];
} {
  const { sound, problems } = readStructure(document);
  const rules: Examined[] = [];
  const lookups = new Lookups();
  const ids = new Set<string>();
  const length = sound.reduce((sum, { rule }) => sum + rule.expression.length, 0);
  // Compiling them would hold up the payments.
  if (length > LIMITS.totalLength) {
    const detail = `${length} characters, at most ${LIMITS.totalLength}`;
    return {
      sound,
      rules,
      lookups: [],
      problems: [...problems, problem("expressions_too_large", "/rules", detail)],
    };
  }
  for (const { rule, pointer } of sound) {
    if (ids.has(rule.id)) problems.push(problem("rule_id_repeated", `${pointer}/id`));
    ids.add(rule.id);
    if (rule.subject !== undefined && fieldReader(rule.subject) === undefined)
      problems.push(problem("subject_unknown", `${pointer}/subject`));
    // A rule that is not asked asks for nothing, but it can be enabled only if it is sound.
    const isEnabled = rule.enabled !== false;
    const asked = isEnabled ? lookups : new Lookups();
    const expression = compileExpression(rule.expression, `${pointer}/expression`, asked);
    if ("run" in expression) {
      if (isEnabled) rules.push({ rule, expression });
    } else problems.push(...expression);
  }
  const hasBands = !problems.some(({ pointer }) => pointer === "" || pointer.startsWith("/bands"));
  if (hasBands) problems.push(...checkBands(document as RuleSetDocument));
  problems.push(...checkEffects((document as RuleSetDocument | null)?.scheme, sound));
  problems.push(...checkTotals(rules, lookups.all));
  return { sound, rules, lookups: lookups.all, problems };
}

function checkBands({ scheme, bands }: RuleSetDocument): RuleSetProblem[] {
  if (bands === undefined) return scheme === "bands" ? [problem("bands_missing", "/bands")] : [];
  if (scheme === "cases") return [problem("bands_unused", "/bands")];
  const rises = (index: number): boolean => {
    const [before, band] = [bands[index - 1], bands[index]];
    if (before === undefined || band === undefined) return true;
    return band.from > before.from && severity(band.outcome) > severity(before.outcome);
  };
  return [...bands.keys()]
    .filter((index) => !rises(index))
    .map((index) => problem("bands_order", `/bands/${index}`));
}

function checkEffects(
  scheme: RuleSetDocument["scheme"] | undefined,
  sound: readonly Sound[],
): RuleSetProblem[] {
  return sound.flatMap(({ rule, pointer }) => {
    if (rule.outcome !== undefined) return [];
    if (scheme === "cases") return [problem("outcome_missing", `${pointer}/outcome`)];
    return rule.score === undefined ? [problem("effect_missing", pointer)] : [];
  });
}

function checkTotals(rules: readonly Examined[], lookups: readonly Lookup[]): RuleSetProblem[] {
  const lists = new Set(lookups.flatMap(({ list }) => list ?? []));
  const count = (kind: Lookup["kind"]) => lookups.filter((lookup) => lookup.kind === kind).length;
  const figures: [RuleSetProblemCode, number, number][] = [
    ["too_many_aggregates", count("aggregate"), LIMITS.aggregates],
    ["too_many_lists", lists.size, LIMITS.lists],
    ["too_many_screenings", count("screening"), LIMITS.screenings],
    [
      "patterns_too_costly",
      rules.reduce((sum, { expression }) => sum + expression.patternSteps, 0),
      LIMITS.totalPatternSteps,
    ],
  ];
  return figures
    .filter(([, found, most]) => found > most)
    .map(([code, found, most]) => problem(code, "/rules", `${found}, at most ${most}`));
}

/** Pointers that a reason may have: to the whole transaction, its fields and their fields. */
const POINTERS = pointersOf(TransactionBody, "");

function pointersOf(schema: object, pointer: string): Set<string> {
  const properties = "properties" in schema ? (schema.properties as Record<string, object>) : {};
  const below = Object.entries(properties).flatMap(([name, field]) => [
    ...pointersOf(field, `${pointer}/${name}`),
  ]);
  return new Set([pointer, ...below]);
}

/** Codes of the reasons that the service gives by itself. */
const RESERVED: readonly object[] = [findings, refusals, FAILURE_REASONS];

/** What a new document must keep to, and what one that was once saved may stand without. */
function conventions({ rule: { reason }, pointer }: Sound): RuleSetProblem[] {
  const problems: RuleSetProblem[] = [];
  if (!POINTERS.has(reason.pointer)) problems.push(problem("pointer_unknown", `${pointer}/reason/pointer`));
  if (RESERVED.some((codes) => Object.hasOwn(codes, reason.code)))
    problems.push(problem("reason_code_reserved", `${pointer}/reason/code`));
  return problems;
}
