import { hash, randomUUIDv7 } from "node:crypto";

import type { DecisionObserver } from "../observability/decisions.ts";
import type { RequestTrace } from "../observability/tracing.ts";
import { isListed, isSnoozed, type RuleSnapshot } from "../rule-sets/snapshot.ts";
import type { Facts } from "../rules/facts.ts";
import { fieldReader, type FieldReader } from "../rules/language/fields.ts";
import { recordFacts } from "../rules/record.ts";
import { QueueFull } from "../transactions/batch-writer.ts";
import type { Policy } from "../transactions/checks/policy.ts";
import { decide as check } from "../transactions/decision.ts";
import { KeyConflict } from "../transactions/idempotency.ts";
import { severest } from "../transactions/reasons.ts";
import { canonicalJson, type Transaction } from "../transactions/transaction.ts";
import type { Observation } from "../velocity/aggregate.ts";
import { memberOf } from "../velocity/member.ts";
import type { Velocity } from "../velocity/velocity.ts";
import type { ClaimedKeys } from "./claims.ts";
import { policyText, recordedText } from "./recorded.ts";
import type { DecisionRow, StoredDecision } from "./row.ts";
import type { Shadows } from "./shadows.ts";

export interface PipelineParts {
  policy: Policy;
  /** Everything that rules decide by; undefined until it was loaded once. */
  rules: () => RuleSnapshot | undefined;
  observe: Velocity["observe"];
  screen: Facts["screen"];
  claimed: ClaimedKeys;
  /** Whether one more decision may be under way. */
  hasRoom: () => boolean;
  /** Writes durably; see BatchWriter. */
  add: (row: DecisionRow, deadline: number) => Promise<StoredDecision>;
  shadows: Shadows;
  /** Told of what happens; nobody unless given. */
  observer?: DecisionObserver;
  /** Milliseconds that a decision may take. */
  deadline: number;
  now: () => number;
}

export interface Pipeline {
  /**
   * Resolves once the decision is durable; `replayed` says that an earlier request had made it. Rejects with
   * KeyConflict, RulesUnavailable and what BatchWriter rejects with. `trace` is of a request that is recorded.
   */
  decide(
    transaction: Transaction,
    key: string | null,
    receivedAt: number,
    trace?: RequestTrace | null,
  ): Promise<{ decision: StoredDecision; replayed: boolean }>;
}

/** No rule set has been loaded: nothing can be decided yet. */
export class RulesUnavailable extends Error {
  constructor() {
    super("No rule set has been loaded yet.");
  }
}

interface Request {
  transaction: Transaction;
  canonical: string;
  fingerprint: string;
  id: string;
  key: string | null;
  receivedAt: number;
  trace: RequestTrace | null;
}

/** One evaluation in so many times its rules one by one. */
const TIMED = 128;

/**
 * From a transaction to its durable decision. Requests that share a key share one evaluation: those of this process
 * wait for the first of them, those of other replicas for whoever has claimed the key in Redis. Without Redis each
 * replica makes its own, and the unique index of the database says which one counts.
 */
export function createPipeline(parts: PipelineParts): Pipeline {
  const { policy, observe, claimed, add, shadows, observer, deadline, now } = parts;
  const knownPolicy = policyText(policy);
  let evaluations = 0;
  const pending = new Map<string, Promise<StoredDecision>>();

  async function make(request: Request): Promise<StoredDecision> {
    const { transaction, key, id, receivedAt, trace } = request;
    const began = performance.now();
    if (!parts.hasRoom()) throw new QueueFull();
    const rules = parts.rules();
    if (rules === undefined) throw new RulesUnavailable();
    const asking = trace?.part("velocity");
    let windows = await observe(observationOf(request), key !== null);
    asking?.end({ observed: windows.observed, claimed_elsewhere: windows.claimedElsewhere });
    if (windows.claimedElsewhere && key !== null) {
      // Half of the time, so that the other half is left for the case that nobody is deciding any more.
      const stored = await claimed.wait(key, deadline / 2);
      if (stored !== undefined) return stored;
      windows = await observe(observationOf(request), false);
    }

    const facts: Facts = {
      receivedAt,
      aggregates: windows.aggregates,
      isListed: (list, value) => isListed(rules, list, value),
      isSnoozed: (rule, subject) => isSnoozed(rules, rule, subject, receivedAt),
      screen: parts.screen,
    };
    const recording = recordFacts(facts);
    const checked = check(transaction, { policy, receivedAt });
    const evaluating = trace?.part("rules");
    const evaluationBegan = performance.now();
    const isTimed = ++evaluations % TIMED === 0;
    const evaluation = rules.live.evaluate(
      transaction,
      recording.facts,
      isTimed ? observer?.timedRule : undefined,
    );
    observer?.evaluated(evaluation.results, performance.now() - evaluationBegan);
    evaluating?.end({ version: rules.live.version, results: evaluation.results.length });
    const outcome = severest(checked.outcome, evaluation.outcome);
    const row: DecisionRow = {
      id,
      idempotencyKey: key,
      fingerprint: request.fingerprint,
      transaction: request.canonical,
      amount: transaction.amount,
      currency: transaction.currency,
      debtorAccount: debtorAccount(transaction) ?? null,
      creditorAccount: creditorAccount(transaction) ?? null,
      outcome,
      score: evaluation.score,
      reasons: listText([...checked.reasons, ...evaluation.reasons]),
      ruleSet: { version: rules.live.version, hash: rules.live.hash },
      results: listText(evaluation.results),
      facts: recordedText(knownPolicy, recording.recorded()),
      receivedAt,
      decidedAt: now(),
      observed: windows.observed,
      trace: trace?.context,
    };
    const storing = trace?.part("store");
    const adding = add(row, deadline - (performance.now() - began));
    if (storing !== undefined) adding.then(() => storing.end(), storing.failed);
    const stored = await adding;
    if (stored.id === id) {
      observer?.decided(row);
      shadows.evaluate({ id, outcome, checked: checked.outcome, transaction, facts }, rules.shadows);
    }
    return stored;
  }

  return {
    async decide(transaction, key, receivedAt, trace = null) {
      const canonical = canonicalJson(transaction);
      const fingerprint = hash("sha256", canonical, "hex");
      const request = { transaction, canonical, fingerprint, id: randomUUIDv7(), key, receivedAt, trace };
      if (key === null) return { decision: await make(request), replayed: false };

      let making = pending.get(key);
      if (making === undefined) {
        making = make(request);
        pending.set(key, making);
        const forget = () => pending.delete(key);
        making.then(forget, forget);
      }
      const decision = await making;
      if (decision.fingerprint !== fingerprint) throw new KeyConflict();
      const replayed = decision.id !== request.id;
      if (replayed) observer?.replayed();
      return { decision, replayed };
    },
  };
}

const debtorAccount = fieldReader("debtor.account") as FieldReader;
const creditorAccount = fieldReader("creditor.account") as FieldReader;

function observationOf({ transaction, key, id, receivedAt }: Request): Observation {
  return {
    member: memberOf(id, key),
    at: receivedAt,
    amount: transaction.amount,
    currency: transaction.currency,
    field: (path) => fieldReader(path)?.(transaction),
  };
}

/** Most lists are empty. */
function listText(list: readonly object[]): string {
  return list.length === 0 ? "[]" : JSON.stringify(list);
}
