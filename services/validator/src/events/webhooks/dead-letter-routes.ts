// Events that were not delivered: seen, and tried again.
import { Type } from "typebox";

import { available, inTransaction } from "../../database/transaction.ts";
import { pageBody, pageQuery, readLimit, readNumberAfter, toPage } from "../../http/pages.ts";
import { Problem, problemResponses } from "../../http/problems.ts";
import { refuseOtherMethods } from "../../http/server.ts";
import type { FastifyTypeBox } from "../../http/types.ts";
import { parseDateTime } from "../../transactions/checks/date-time.ts";
import { refusal } from "../../transactions/reasons.ts";
import * as schema from "../schema.ts";
import { type FailedDelivery, listDead } from "./delivery-repository.ts";
import { config, notFound, path, readId, tags, WebhookParams, type WebhookRoutesParts } from "./routes.ts";
import { findWebhook } from "./webhook-repository.ts";

const LetterParams = Type.Object({
  id: Type.String({ description: "id of the webhook" }),
  number: Type.String({ description: "number of the dead letter" }),
});

export function deadLetterRoutes(app: FastifyTypeBox, { pool, access, acts }: WebhookRoutesParts): void {
  const { actorOf } = access;

  app.get(
    `${path}/dead-letters`,
    {
      config,
      schema: {
        summary: "List what was not delivered to a webhook, oldest first",
        tags,
        params: WebhookParams,
        querystring: Type.Object(pageQuery, { additionalProperties: false }),
        response: { 200: pageBody(schema.DeadLetterBody, "dead letters"), ...problemResponses(notFound) },
      },
    },
    async (request) => {
      const { limit, after } = request.query;
      const [id, most, number] = [readId(request), readLimit(limit), readNumberAfter(after) ?? 0];
      const found = await available(async () => {
        if ((await findWebhook(pool, id)) === undefined) throw new Problem("webhook_not_found");
        return listDead(pool, id, { after: number, limit: most + 1 });
      });
      return toPage(found, most, { item: letterBody, key: (letter) => String(letter.number) });
    },
  );

  app.post(
    `${path}/dead-letters/:number/redeliver`,
    {
      config,
      schema: {
        summary: "Try a dead letter again",
        tags,
        params: LetterParams,
        response: {
          202: schema.RedeliveredBody,
          ...problemResponses({ 404: "there is no such webhook, or no such dead letter" }),
        },
      },
    },
    async (request, reply) => {
      const { number } = request.params;
      if (!/^[1-9]\d{0,14}$/.test(number)) throw new Problem("dead_letter_not_found");
      const addressed = { actor: actorOf(request), id: readId(request) };
      const redelivered = await inTransaction(pool, "write", (session) =>
        acts.redeliver(session, addressed, Number(number)),
      );
      return reply.code(202).send({ redelivered });
    },
  );

  app.post(
    `${path}/redeliver`,
    {
      config,
      schema: {
        summary: "Try all dead letters since a time again",
        tags,
        params: WebhookParams,
        body: schema.RedeliverBody,
        response: { 202: schema.RedeliveredBody, ...problemResponses(notFound) },
      },
    },
    async (request, reply) => {
      const since = parseDateTime(request.body.since);
      if (since === undefined) throw new Problem("invalid_request", [refusal("date_time_invalid", "/since")]);
      const addressed = { actor: actorOf(request), id: readId(request) };
      const redelivered = await inTransaction(pool, "write", (session) =>
        acts.redeliver(session, addressed, new Date(since)),
      );
      return reply.code(202).send({ redelivered });
    },
  );

  refuseOtherMethods(app, `${path}/dead-letters`, ["GET", "HEAD"]);
  refuseOtherMethods(app, `${path}/dead-letters/:number/redeliver`, ["POST"]);
  refuseOtherMethods(app, `${path}/redeliver`, ["POST"]);
}

function letterBody({ number, eventId, kind, attempts, failedAt, status, failure }: FailedDelivery) {
  return {
    number,
    event: eventId,
    kind,
    attempts,
    status,
    failure,
    failedAt: failedAt && failedAt.toISOString(),
  };
}
