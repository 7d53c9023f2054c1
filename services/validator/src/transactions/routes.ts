import { hash, randomUUIDv7 } from "node:crypto";

import { Type } from "typebox";

import { persist, within } from "../database/backoff.ts";
import { isFaultOfRows, StoreUnavailable } from "../database/errors.ts";
import { invalidKey } from "../http/errors.ts";
import { Problem, ProblemBody } from "../http/problems.ts";
import { refuseOtherMethods } from "../http/server.ts";
import type { FastifyTypeBox } from "../http/types.ts";
import type { Policy } from "./checks/policy.ts";
import { decide } from "./decision.ts";
import { readIdempotencyKey, type Recorder } from "./idempotency.ts";
import type { DecisionRow, Repository, StoredDecision } from "./repository.ts";
import { DecisionBody, StoredTransactionBody, TransactionBody } from "./schema.ts";
import { canonicalJson, readTransaction, type Transaction } from "./transaction.ts";

export interface TransactionParts {
  policy: Policy;
  recorder: Recorder;
  repository: Repository;
  /** Milliseconds that a read may take, with its repetitions. */
  readDeadline: number;
  now: () => number;
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export function transactionRoutes(app: FastifyTypeBox, parts: TransactionParts): void {
  const { policy, recorder, repository, readDeadline, now } = parts;

  async function read(id: string) {
    const reading = persist(() => repository.find(id), { deadline: readDeadline, isFinal: isFaultOfRows });
    try {
      return await within(readDeadline, reading, () => new StoreUnavailable());
    } catch (error) {
      throw isFaultOfRows(error) ? error : new StoreUnavailable(error);
    }
  }

  app.post(
    "/v1/transactions",
    {
      schema: {
        summary: "Decide a payment transaction",
        description:
          "The decision is durable before the answer. With an Idempotency-Key the same transaction gets the same decision again.",
        tags: ["transactions"],
        headers: IdempotencyHeaders,
        body: TransactionBody,
        response: {
          200: DecisionBody,
          ...problemResponses({
            400: "the body is not a transaction",
            409: "the Idempotency-Key was used with another transaction",
            413: "the body is larger than 64 KiB",
            415: "the body is not application/json",
            503: "the decision could not be stored in time; see Retry-After",
          }),
        },
      },
    },
    async (request, reply) => {
      const receivedAt = now();
      const header = request.headers["idempotency-key"];
      const key = header === undefined ? null : readIdempotencyKey(header);
      if (key === undefined) throw invalidKey();
      const transaction = readTransaction(request.body);
      if (Array.isArray(transaction)) throw new Problem("invalid_transaction", transaction);

      const decided = decide(transaction, { policy, receivedAt });
      const row = toRow(transaction, decided, key, receivedAt, now());
      const { decision, replayed } = await recorder.record(row);
      if (replayed) reply.header("idempotent-replayed", "true");
      return toBody(decision);
    },
  );

  app.get(
    "/v1/transactions/:id",
    {
      schema: {
        summary: "Read a transaction and its decision",
        tags: ["transactions"],
        params: Type.Object({ id: Type.String() }),
        response: {
          200: StoredTransactionBody,
          304: Type.Null(),
          ...problemResponses({
            404: "there is no such transaction",
            503: "the store did not answer in time",
          }),
        },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      if (!UUID.test(id)) throw new Problem("transaction_not_found");
      const found = await read(id);
      if (found === undefined) throw new Problem("transaction_not_found");
      // A decision never changes, so its id would do; the fingerprint says it of the transaction as well.
      const etag = `"${found.fingerprint.toString("base64url")}"`;
      reply.header("etag", etag);
      reply.header("cache-control", "private, no-cache");
      if (request.headers["if-none-match"] === etag) return reply.code(304).send(null);
      return { ...toBody(found), transaction: found.transaction as TransactionBody };
    },
  );

  refuseOtherMethods(app, "/v1/transactions", ["POST"]);
  refuseOtherMethods(app, "/v1/transactions/:id", ["GET", "HEAD"]);
}

const IdempotencyHeaders = Type.Object({
  "idempotency-key": Type.Optional(
    Type.String({
      description: "1 to 255 visible ASCII characters; one key is one decision, for as long as it is stored",
    }),
  ),
});

function problemResponses<Status extends number>(descriptions: Record<Status, string>) {
  const responses = {} as Record<Status, { description: string; content: object }>;
  for (const [status, description] of Object.entries<string>(descriptions)) {
    responses[Number(status) as Status] = {
      description,
      content: { "application/problem+json": { schema: ProblemBody } },
    };
  }
  return responses;
}

function toRow(
  transaction: Transaction,
  { outcome, reasons }: Pick<DecisionRow, "outcome" | "reasons">,
  idempotencyKey: string | null,
  receivedAt: number,
  decidedAt: number,
): DecisionRow {
  const canonical = canonicalJson(transaction);
  return {
    id: randomUUIDv7(),
    idempotencyKey,
    fingerprint: hash("sha256", canonical, "buffer"),
    transaction: canonical,
    amount: transaction.amount,
    currency: transaction.currency,
    outcome,
    reasons,
    receivedAt,
    decidedAt,
  };
}

function toBody({ id, outcome, reasons, receivedAt, decidedAt }: StoredDecision) {
  return {
    id,
    outcome,
    reasons,
    receivedAt: new Date(receivedAt).toISOString(),
    decidedAt: new Date(decidedAt).toISOString(),
  };
}
