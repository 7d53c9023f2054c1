import type { DecisionFilter as Asked, FoundDecision } from "../../decisions/reader.ts";
import type { Outcome } from "../../transactions/reasons.ts";
import { textOf, UUID_KEY, uuidOf } from "../arguments.ts";
import { connectionOf } from "../connection.ts";
import type { Context } from "../context.ts";
import { keyAfter } from "../cursors.ts";
import type { PageArguments, Resolvers } from "./types.ts";

interface DecisionFilter {
  readonly outcome?: Outcome | null;
  readonly account?: string | null;
  /** Milliseconds since 1970. */
  readonly from?: number | null;
  readonly to?: number | null;
}

/** The longest number that an account has. */
const ACCOUNT = 42;

async function findDecision(id: string | undefined, { loaders }: Context) {
  const found = id && (await loaders.decision.load(id));
  return found ? decisionNode(found) : null;
}

export const decisionResolvers: Resolvers = {
  Query: {
    decision: (_: unknown, { id }: { id: string }, context) => findDecision(uuidOf(id), context),
    async decisions(
      _: unknown,
      { first, after, filter }: PageArguments & { filter: DecisionFilter | null },
      { sources },
    ) {
      const before = keyAfter("decisions", after, UUID_KEY);
      const asked: Asked = {
        outcome: filter?.outcome ?? undefined,
        account: textOf("account", filter?.account, ACCOUNT),
        from: filter?.from ?? undefined,
        to: filter?.to ?? undefined,
        before,
        limit: first + 1,
      };
      return connectionOf(await sources.decisions(asked), {
        list: "decisions",
        first,
        isBehind: before !== undefined,
        key: ({ id }) => id,
        node: decisionNode,
      });
    },
  },
  CaseAlert: {
    decision: ({ decision }: { decision: string }, _: object, context) => findDecision(decision, context),
  },
};

/** Its JSON is read here, and the transaction's when somebody asks for it. */
function decisionNode(found: FoundDecision) {
  const { id, outcome, score, ruleSet } = found;
  return {
    id,
    outcome,
    score,
    ruleSet,
    reasons: () => JSON.parse(found.reasons) as unknown,
    results: () => JSON.parse(found.results) as unknown,
    receivedAt: new Date(found.receivedAt).toISOString(),
    decidedAt: new Date(found.decidedAt).toISOString(),
    transaction: () => JSON.parse(found.transaction) as unknown,
  };
}
