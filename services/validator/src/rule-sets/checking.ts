// Where the rule language meets the versions of the rule set.
import { Problem } from "../http/problems.ts";
import { canonicalRuleSet, hashRuleSet } from "../rules/canonical.ts";
import { checkRuleSet } from "../rules/check.ts";
import { compile } from "../rules/compile.ts";
import type { RuleSetDocument } from "../rules/document.ts";
import type { CompiledRuleSet } from "../rules/evaluation.ts";
import { RuleSetInvalid } from "../rules/problems.ts";
import type { Reason } from "../transactions/reasons.ts";
import type { Change } from "./changes.ts";
import type { StoredVersion, VersionContent } from "./repository.ts";

/** Where in the body of a request the document stands. */
const DOCUMENT = "/document";

/** What is wrong with a document that a person has sent, with pointers into the request's body. */
export function documentReasons(document: unknown): Reason[] {
  return reasonsOf(checkRuleSet(document));
}

/** What is stored of a sound document. */
export function contentOf(document: RuleSetDocument, note: string): VersionContent {
  return { canonical: canonicalRuleSet(document), hash: hashRuleSet(document), note };
}

/** A stored document is not what was saved: somebody has changed it past this service. */
class DocumentAltered extends Error {
  constructor() {
    super("does not have the hash that it was saved with");
  }
}

/** @throws RuleSetInvalid or DocumentAltered where it must not run */
export function compileStored({ document, version, hash }: StoredVersion): CompiledRuleSet {
  const set = compile(document, version);
  if (set.hash !== hash) throw new DocumentAltered();
  return set;
}

/** What is about to run must compile here and now, and the lists that it names must be there. */
export async function requireRunnable(client: Change["client"], stored: StoredVersion): Promise<void> {
  const { lists } = compiled(stored);
  const text = "select name from value_lists where name = any($1)";
  const there = new Set((await client.query<{ name: string }>(text, [lists])).rows.map(({ name }) => name));
  const absent = lists.filter((name) => !there.has(name)).toSorted();
  if (absent.length === 0) return;
  const missing = absent.map((name) => ({
    code: "list_missing",
    message: `names the list ${name}, which is not there: create it first`,
    pointer: "",
  }));
  throw new Problem("lists_missing", missing);
}

function compiled(stored: StoredVersion): CompiledRuleSet {
  try {
    return compileStored(stored);
  } catch (error) {
    if (error instanceof RuleSetInvalid) throw new Problem("invalid_rule_set", reasonsOf(error.problems));
    if (!(error instanceof DocumentAltered)) throw error;
    const { message } = error;
    throw new Problem("invalid_rule_set", [{ code: "document_altered", message, pointer: DOCUMENT }]);
  }
}

function reasonsOf(problems: RuleSetInvalid["problems"]): Reason[] {
  return problems.map((problem) => ({ ...problem, pointer: `${DOCUMENT}${problem.pointer}` }));
}
