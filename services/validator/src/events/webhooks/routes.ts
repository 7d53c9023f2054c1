// Webhooks, as administrators see and change them.
import type { FastifyReply, FastifyRequest } from "fastify";
import { Type } from "typebox";

import type { Access } from "../../access/access.ts";
import type { Pool, Session } from "../../database/session.ts";
import { available, inTransaction } from "../../database/transaction.ts";
import { pageBody, pageQuery, readLimit, toPage } from "../../http/pages.ts";
import { Problem, problemResponses } from "../../http/problems.ts";
import { refuseOtherMethods } from "../../http/server.ts";
import type { FastifyTypeBox } from "../../http/types.ts";
import * as schema from "../schema.ts";
import { type MadeWebhook, type WebhookActs, webhookTag } from "./acts.ts";
import { findWebhook, listWebhooks, type StoredWebhook } from "./webhook-repository.ts";

export const tags = ["webhooks"];
export const path = "/v1/webhooks/:id";
export const config = { access: ["administrator"] as const };
export const notFound = { 404: "there is no such webhook" };
export const WebhookParams = Type.Object({ id: Type.String({ description: "id of the webhook" }) });

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const NIL = "00000000-0000-0000-0000-000000000000";
const IfMatch = Type.Object({
  "if-match": Type.Optional(Type.String({ description: "the ETag of what was read; it may be left out" })),
});

export interface WebhookRoutesParts {
  readonly pool: Pool;
  readonly access: Access;
  readonly acts: WebhookActs;
}

export function webhookRoutes(app: FastifyTypeBox, { pool, access, acts }: WebhookRoutesParts): void {
  const { actorOf } = access;
  const change = <T>(make: (session: Session) => Promise<T>) => inTransaction(pool, "write", make);

  app.post(
    "/v1/webhooks",
    {
      config,
      compress: false,
      schema: {
        summary: "Register a webhook",
        description:
          "It gets what happens from now on. The answer holds its secret, which is not shown again.",
        tags,
        body: schema.NewWebhookBody,
        response: {
          201: schema.MadeWebhookBody,
          ...problemResponses({
            400: "the URL is not one that is sent to",
            409: "there are as many webhooks as there may be",
          }),
        },
      },
    },
    async (request, reply) => {
      const { url, kinds = [], description = "" } = request.body;
      const actor = actorOf(request);
      const made = await change((session) => acts.create(session, actor, { url, kinds, description }));
      reply.header("location", `/v1/webhooks/${made.webhook.id}`);
      return reply.code(201).send(madeBody(reply, made));
    },
  );

  app.get(
    "/v1/webhooks",
    {
      config,
      schema: {
        summary: "List the webhooks, oldest first",
        tags,
        querystring: Type.Object(pageQuery, { additionalProperties: false }),
        response: { 200: pageBody(schema.WebhookBody, "webhooks without their secrets") },
      },
    },
    async ({ query: { limit, after = NIL } }) => {
      if (!UUID.test(after)) throw invalidPage();
      const most = readLimit(limit);
      const found = await available(() => listWebhooks(pool, { after, limit: most + 1 }));
      return toPage(found, most, { item: webhookBody, key: ({ id }) => id });
    },
  );

  app.get(
    path,
    {
      config,
      schema: {
        summary: "Read a webhook",
        tags,
        params: WebhookParams,
        response: { 200: schema.WebhookBody, ...problemResponses(notFound) },
      },
    },
    async (request, reply) => {
      const id = readId(request);
      const found = await available(() => findWebhook(pool, id));
      if (found === undefined) throw new Problem("webhook_not_found");
      return answer(reply, found);
    },
  );

  app.patch(
    path,
    {
      config,
      schema: {
        summary: "Change a webhook, disable or enable it",
        tags,
        params: WebhookParams,
        headers: IfMatch,
        body: schema.WebhookChangesBody,
        response: {
          200: schema.WebhookBody,
          ...problemResponses({
            400: "the URL is not one that is sent to",
            412: "the webhook has changed since it was read",
            ...notFound,
          }),
        },
      },
    },
    async (request, reply) => {
      const addressed = {
        actor: actorOf(request),
        id: readId(request),
        ifMatch: request.headers["if-match"],
      };
      return answer(reply, await change((session) => acts.change(session, addressed, request.body)));
    },
  );

  app.delete(
    path,
    {
      config,
      schema: {
        summary: "Delete a webhook, with its dead letters",
        tags,
        params: WebhookParams,
        response: { 204: Type.Null({ description: "it is gone" }), ...problemResponses(notFound) },
      },
    },
    async (request, reply) => {
      const addressed = { actor: actorOf(request), id: readId(request) };
      await change((session) => acts.remove(session, addressed));
      return reply.code(204).send(null);
    },
  );

  app.post(
    `${path}/rotate-secret`,
    {
      config,
      compress: false,
      schema: {
        summary: "Sign a webhook's messages by a new secret",
        description: "For a while they are signed by the one before as well. The secret is not shown again.",
        tags,
        params: WebhookParams,
        body: schema.RotateSecretBody,
        response: { 200: schema.MadeWebhookBody, ...problemResponses(notFound) },
      },
    },
    async (request, reply) => {
      const { overlapSeconds = 86_400 } = request.body;
      const until = new Date(Date.now() + overlapSeconds * 1000);
      const addressed = { actor: actorOf(request), id: readId(request) };
      return madeBody(reply, await change((session) => acts.rotate(session, addressed, until)));
    },
  );

  refuseOtherMethods(app, "/v1/webhooks", ["GET", "HEAD", "POST"]);
  refuseOtherMethods(app, path, ["GET", "HEAD", "PATCH", "DELETE"]);
  refuseOtherMethods(app, `${path}/rotate-secret`, ["POST"]);
}

/** What is no id is no webhook's, and may be nothing that the database takes. */
export function readId(request: FastifyRequest): string {
  const { id } = request.params as { id: string };
  if (!UUID.test(id)) throw new Problem("webhook_not_found");
  return id.toLowerCase();
}

function webhookBody(webhook: StoredWebhook) {
  const { id, url, kinds, description, state, disabledBecause, createdBy } = webhook;
  return {
    id,
    url,
    kinds: [...kinds],
    description,
    state,
    disabledBecause,
    createdBy,
    createdAt: webhook.createdAt.toISOString(),
    failingSince: webhook.failingSince && webhook.failingSince.toISOString(),
    previousSecretUntil: webhook.previousUntil && webhook.previousUntil.toISOString(),
  };
}

function answer(reply: FastifyReply, webhook: StoredWebhook) {
  reply.header("etag", webhookTag(webhook));
  return webhookBody(webhook);
}

function madeBody(reply: FastifyReply, { webhook, secret }: MadeWebhook) {
  return { ...answer(reply, webhook), secret };
}

function invalidPage(): Problem {
  return new Problem("invalid_request", [
    { code: "wrong_format", message: "is not the `next` of a page", pointer: "/after" },
  ]);
}
