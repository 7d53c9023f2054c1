import type { Pool } from "../database/session.ts";
import { compile } from "../rules/compile.ts";
import type { RuleSetDocument } from "../rules/document.ts";
import type { CompiledRuleSet } from "../rules/evaluation.ts";
import type { FindRuleSet } from "./replay.ts";

const FIND = {
  name: "rule-sets.past",
  text: "select document from rule_set_versions where version = $1 and hash = $2",
  json: ["document"],
};

/** Versions that are kept ready to run. */
const KEPT = 16;

/** Finds the version that made a decision, however long ago it was live. */
export function createPastRuleSets(pool: Pool): FindRuleSet {
  const kept = new Map<string, CompiledRuleSet>();

  return async ({ version, hash }) => {
    const known = kept.get(hash);
    if (known?.version === version) return known;
    const { rows } = await pool.query<{ document: RuleSetDocument }>({ ...FIND, values: [version, hash] });
    const [found] = rows;
    if (found === undefined) return undefined;
    const compiled = compile(found.document, version);
    // Whose hash it has is for the document to prove.
    if (compiled.hash !== hash) return undefined;
    if (kept.size >= KEPT) kept.delete(kept.keys().next().value as string);
    kept.set(hash, compiled);
    return compiled;
  };
}
