// API keys: made, rotated, revoked and listed by administrators; and who asks.
import { Type } from "typebox";

import type { Pool, Session } from "../database/session.ts";
import { available, inTransaction } from "../database/transaction.ts";
import { pageBody, pageQuery, readLimit, toPage } from "../http/pages.ts";
import { Problem, problemResponses } from "../http/problems.ts";
import { refuseOtherMethods } from "../http/server.ts";
import type { FastifyTypeBox } from "../http/types.ts";
import { parseDateTime } from "../transactions/checks/date-time.ts";
import { refusal } from "../transactions/reasons.ts";
import type { Access } from "./access.ts";
import type { KeyDirectory } from "./key-directory.ts";
import { listKeys, type StoredKey } from "./key-repository.ts";
import { createKey, endKey, rotateKey } from "./keys.ts";
import { isReserved, type Principal } from "./principal.ts";
import { ROLES } from "./roles.ts";
import * as schema from "./schema.ts";

const tags = ["access"];
/** As ids are made; what else is asked for is no key, and may be nothing that the database takes. */
const KEY_ID = /^[a-z0-9]{12}$/;
const KeyParams = Type.Object({ id: Type.String({ maxLength: 64, description: "id of the key" }) });
const notFound = { 404: "there is no such key" };

export interface AccessRoutesParts {
  pool: Pool;
  access: Access;
  directory: KeyDirectory;
}

export function accessRoutes(app: FastifyTypeBox, { pool, access, directory }: AccessRoutesParts): void {
  const { actorOf } = access;
  const config = { access: ["administrator"] as const };

  /** This replica knows of a change at once, the others when they look, within seconds. */
  async function change<T>(make: (client: Session) => Promise<T>): Promise<T> {
    const result = await inTransaction(pool, "write", make);
    await directory.refresh();
    return result;
  }

  app.get(
    "/v1/whoami",
    {
      config: { access: ROLES },
      schema: { summary: "Tell who asks, and what they may do", tags, response: { 200: schema.WhoBody } },
    },
    (request) => {
      const actor = actorOf(request);
      const { roles, by } = request.principal as Principal;
      return { actor, roles: [...roles], by: by as Exclude<Principal["by"], "nobody"> };
    },
  );

  app.post(
    "/v1/api-keys",
    {
      config,
      compress: false,
      schema: {
        summary: "Make an API key",
        description: "The answer holds the key, which is not shown again.",
        tags,
        body: schema.NewKeyBody,
        response: {
          201: schema.MadeKeyBody,
          ...problemResponses({
            400: "the owner's name is reserved, or the time is not one to come",
            409: "there are as many active keys as there may be, or the owner is locked",
          }),
        },
      },
    },
    async (request, reply) => {
      const { expiresAt: text, ...rest } = request.body;
      if (isReserved(rest.owner)) throw new Problem("invalid_request", [refusal("wrong_format", "/owner")]);
      const expiresAt = text === undefined ? null : parseDateTime(text);
      if (expiresAt === undefined || (expiresAt !== null && expiresAt <= Date.now())) {
        throw new Problem("invalid_request", [refusal("date_time_invalid", "/expiresAt")]);
      }
      const actor = actorOf(request);
      const { key, ...made } = await change((client) => createKey(client, actor, { ...rest, expiresAt }));
      reply.header("location", `/v1/api-keys/${made.id}`);
      return reply.code(201).send({ ...keyBody(made), key });
    },
  );

  app.get(
    "/v1/api-keys",
    {
      config,
      schema: {
        summary: "List the keys by id, with those that have ended",
        tags,
        querystring: Type.Object(pageQuery, { additionalProperties: false }),
        response: { 200: pageBody(schema.KeyBody, "keys without their secrets") },
      },
    },
    async ({ query: { limit, after = "" } }) => {
      const most = readLimit(limit);
      const found = await available(() => listKeys(pool, { after, limit: most + 1 }));
      return toPage(found, most, { item: keyBody, key: ({ id }) => id });
    },
  );

  app.post(
    "/v1/api-keys/:id/rotate",
    {
      config,
      compress: false,
      schema: {
        summary: "Make a key that takes another one's place",
        tags,
        params: KeyParams,
        body: schema.RotateBody,
        response: {
          201: schema.MadeKeyBody,
          ...problemResponses({
            ...notFound,
            409: "the key has ended or was rotated before, or its owner is locked",
          }),
        },
      },
    },
    async (request, reply) => {
      const { overlapSeconds = 0 } = request.body;
      const until = Date.now() + overlapSeconds * 1000;
      const actor = actorOf(request);
      const id = readId(request.params.id);
      const { key, ...made } = await change((client) => rotateKey(client, actor, id, until));
      reply.header("location", `/v1/api-keys/${made.id}`);
      return reply.code(201).send({ ...keyBody(made), key });
    },
  );

  app.delete(
    "/v1/api-keys/:id",
    {
      config,
      schema: {
        summary: "Revoke a key",
        description: "It opens nothing any more: here at once, on other replicas within seconds.",
        tags,
        params: KeyParams,
        response: { 200: schema.KeyBody, ...problemResponses(notFound) },
      },
    },
    async (request) => {
      const actor = actorOf(request);
      const id = readId(request.params.id);
      return keyBody(await change((client) => endKey(client, actor, id)));
    },
  );

  refuseOtherMethods(app, "/v1/whoami", ["GET", "HEAD"]);
  refuseOtherMethods(app, "/v1/api-keys", ["GET", "HEAD", "POST"]);
  refuseOtherMethods(app, "/v1/api-keys/:id", ["DELETE"]);
  refuseOtherMethods(app, "/v1/api-keys/:id/rotate", ["POST"]);
}

function readId(text: string): string {
  if (!KEY_ID.test(text)) throw new Problem("api_key_not_found");
  return text;
}

function keyBody({ createdAt, expiresAt, lastUsedAt, revokedAt, roles, ...rest }: StoredKey) {
  return {
    ...rest,
    roles: [...roles],
    createdAt: new Date(createdAt).toISOString(),
    expiresAt: toText(expiresAt),
    lastUsedAt: toText(lastUsedAt),
    revokedAt: toText(revokedAt),
  };
}

const toText = (time: number | null) => (time === null ? null : new Date(time).toISOString());
