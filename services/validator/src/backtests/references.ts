// What a backtest asks where nothing was recorded, as of one moment.
import type { Pool, Session } from "../database/session.ts";
import { inTransaction } from "../database/transaction.ts";
import { loadLists } from "../rule-sets/list-loader.ts";
import type { RuleSetDocument } from "../rules/document.ts";
import type { CompiledRuleSet } from "../rules/evaluation.ts";
import { createScreeningSource } from "../screening/source.ts";
import type { References } from "./facts.ts";

export interface ReferenceParts {
  readonly pool: Pool;
  readonly ruleSet: CompiledRuleSet;
  readonly document: RuleSetDocument;
  readonly from: Date;
  readonly to: Date;
  readonly now: number;
}

export async function readReferences(parts: ReferenceParts): Promise<References> {
  const { pool, ruleSet, document, from, to, now } = parts;
  const { lists, snoozes } = await inTransaction(pool, "consistent read", async (client) => ({
    lists: await loadLists(client, new Set(ruleSet.lists), undefined),
    snoozes: await readSnoozes(client, { rules: ruleSet.rules, from, to }),
  }));
  const screening = createScreeningSource(pool);
  // An index of names takes memory, so it is made only for rules that may ask.
  if (document.rules.some(({ expression }) => /\bscreening\s*\(/.test(expression))) await screening.refresh();

  return {
    isListed: (list, value) => lists.get(list)?.has(value),
    screen: (name) => screening.screen(name, now),
    isSnoozed: (rule, subject, at) =>
      snoozes
        .get(rule)
        ?.get(subject)
        ?.some(({ since, end }) => since <= at && at < end) ?? false,
  };
}

/** Milliseconds since 1970. */
interface Stretch {
  readonly since: number;
  readonly end: number;
}

/** Which of the two is not null, or the earlier one. */
const END = "coalesce(least(until, ended_at), until)";

/** When rules were muted for whom in a time; snoozes are never deleted, so this is what was. */
async function readSnoozes(
  client: Session,
  { rules, from, to }: { rules: readonly string[]; from: Date; to: Date },
): Promise<ReadonlyMap<string, ReadonlyMap<string, readonly Stretch[]>>> {
  const { rows } = await client.query<{ rule: string; subject: string; since: Date; end: Date }>(
    `select rule, subject, created_at as since, ${END} as "end" from snoozes
     where rule = any($1) and created_at < $3 and ${END} > $2`,
    [rules, from, to],
  );
  const snoozes = new Map<string, Map<string, Stretch[]>>();
  for (const { rule, subject, since, end } of rows) {
    let subjects = snoozes.get(rule);
    if (subjects === undefined) snoozes.set(rule, (subjects = new Map()));
    let stretches = subjects.get(subject);
    if (stretches === undefined) subjects.set(subject, (stretches = []));
    stretches.push({ since: since.getTime(), end: end.getTime() });
  }
  return snoozes;
}
