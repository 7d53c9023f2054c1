import { Type } from "typebox";

import type { Pipeline } from "../decisions/pipeline.ts";
import { answerOf } from "../decisions/row.ts";
import { invalidKey } from "../http/errors.ts";
import { Problem, problemResponses } from "../http/problems.ts";
import type { FastifyTypeBox } from "../http/types.ts";
import { readIdempotencyKey } from "./idempotency.ts";
import { DecisionBody, TransactionBody } from "./schema.ts";
import { readTransaction } from "./transaction.ts";

export interface TransactionParts {
  pipeline: Pipeline;
  now: () => number;
}

export function transactionRoutes(app: FastifyTypeBox, { pipeline, now }: TransactionParts): void {
  app.post(
    "/v1/transactions",
    {
      config: { access: ["submitter"] },
      compress: false,
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
            503: "the decision could not be made or stored in time; see Retry-After",
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

      const { decision, replayed } = await pipeline.decide(transaction, key, receivedAt, request.trace);
      if (replayed) reply.header("idempotent-replayed", "true");
      reply.header("content-type", JSON_TYPE);
      return answerOf(decision) as never;
    },
  );
}

/** What is text already is sent as it is. */
const JSON_TYPE = "application/json; charset=utf-8";

const IdempotencyHeaders = Type.Object({
  "idempotency-key": Type.Optional(
    Type.String({
      description: "1 to 255 visible ASCII characters; one key is one decision, for as long as it is stored",
    }),
  ),
});
