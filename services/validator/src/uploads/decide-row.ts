import type { FastifySchemaValidationError } from "fastify";

import { persist } from "../database/backoff.ts";
import { StoreUnavailable } from "../database/errors.ts";
import { RulesUnavailable, type Pipeline } from "../decisions/pipeline.ts";
import { reasonsOf } from "../http/validation.ts";
import { QueueFull } from "../transactions/batch-writer.ts";
import { KeyConflict } from "../transactions/idempotency.ts";
import type { Reason } from "../transactions/reasons.ts";
import type { TransactionBody } from "../transactions/schema.ts";
import { readTransaction } from "../transactions/transaction.ts";
import type { RowResult } from "./claims.ts";
import type { Row } from "./formats/row.ts";

/** The check of the schema that POST /v1/transactions has. */
export interface ValidateBody {
  (body: unknown): unknown;
  errors?: readonly FastifySchemaValidationError[] | null;
}

export interface RowDecider {
  /** From now on bodies are checked by this. */
  checkBy(validate: ValidateBody): void;
  decide(upload: string, number: number, row: Row): Promise<RowResult>;
}

/** Milliseconds for which a row waits for its store, its rules or room, before its upload is left to a later attempt. */
const PATIENCE = 30_000;

/** Decides rows as requests are decided, by the same checks and the same pipeline. */
export function createRowDecider(pipeline: Pipeline, now: () => number): RowDecider {
  let validate = notReady;

  return {
    checkBy(given) {
      validate = given;
    },
    async decide(upload, number, row) {
      const { line } = row;
      if ("reasons" in row) return refused(number, line, row.reasons);
      if (validate(row.body) !== true)
        return refused(number, line, reasonsOf(validate.errors ?? [], row.body));
      const transaction = readTransaction(row.body as TransactionBody);
      if (Array.isArray(transaction)) return refused(number, line, transaction);
      try {
        const { decision } = await persist(
          () => pipeline.decide(transaction, rowKey(upload, number), now()),
          {
            deadline: PATIENCE,
            isFinal: (error) => !isPassing(error),
          },
        );
        return { row: number, line, outcome: decision.outcome, decision: decision.id, reasons: null };
      } catch (error) {
        if (!(error instanceof KeyConflict)) throw error;
        return refused(number, line, [{ code: "idempotency_conflict", message: error.message, pointer: "" }]);
      }
    },
  };
}

const notReady: ValidateBody = () => {
  throw new Error("rows were decided before the server was ready");
};

function refused(row: number, line: number, reasons: readonly Reason[]): RowResult {
  return { row, line, outcome: "refused", decision: null, reasons: JSON.stringify(reasons) };
}

/**
 * One row is one decision, however often it is decided. Clients' keys have no spaces, so nobody else can use this one.
 */
export function rowKey(upload: string, number: number): string {
  return `upload ${upload} ${number}`;
}

function isPassing(error: unknown): boolean {
  return error instanceof StoreUnavailable || error instanceof QueueFull || error instanceof RulesUnavailable;
}
