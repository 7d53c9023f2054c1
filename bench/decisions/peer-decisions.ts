import { randomUUID } from "node:crypto";
import pg from "pg";
import { starterRuleSet } from "../../services/validator/src/rules/starter.ts";
import { jsonRulesEngine, zenEngine } from "../rules-peers.ts";
import { createPeerFacts, type Payment } from "./peer-facts.ts";

export interface PeerDecision {
  readonly id: string;
  readonly outcome: "approve" | "review";
  readonly reasons: readonly string[];
  readonly receivedAt: string;
  readonly decidedAt: string;
}

/** As many as pgbench has clients; more have made neither peer faster here. */
const CONNECTIONS = 16;
const ENGINES = { "json-rules-engine": jsonRulesEngine, "zen-engine": zenEngine };

const INSERT = {
  name: "peer.insert",
  text: `insert into peer_decisions (id, idempotency_key, transaction, outcome, reasons, received_at, decided_at)
         values ($1, $2, $3, $4, $5, $6, $7)`,
};

export const PEER_TABLE = `create table if not exists peer_decisions (
  id uuid primary key, idempotency_key text, transaction json not null, outcome text not null, reasons json not null,
  received_at timestamptz not null, decided_at timestamptz not null)`;

/** Decides a payment with the engine and stores the decision in an insert of its own: durable when it resolves. */
export function createPeerDecisions(
  engine: keyof typeof ENGINES,
  databaseUrl: string,
): (payment: Payment, key: string | undefined) => Promise<PeerDecision> {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: CONNECTIONS });
  const factsOf = createPeerFacts();
  const evaluate = ENGINES[engine](starterRuleSet.rules.map(({ id }) => id));
  return async (payment, key) => {
    const receivedAt = new Date().toISOString();
    const reasons = await evaluate(factsOf(payment));
    const outcome = reasons.length === 0 ? "approve" : "review";
    const id = randomUUID();
    const decidedAt = new Date().toISOString();
    const values = [
      id,
      key ?? null,
      JSON.stringify(payment),
      outcome,
      JSON.stringify(reasons),
      receivedAt,
      decidedAt,
    ];
    await pool.query({ ...INSERT, values });
    return { id, outcome, reasons, receivedAt, decidedAt };
  };
}
