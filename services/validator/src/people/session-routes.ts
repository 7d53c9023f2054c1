// Sessions: signing in, new tokens, signing out; and the keys that tokens are verified by.
import type { FastifyReply, FastifyRequest } from "fastify";
import { Type } from "typebox";

import type { Access } from "../access/access.ts";
import { ROLES } from "../access/roles.ts";
import { Problem, problemResponses } from "../http/problems.ts";
import { refuseOtherMethods } from "../http/server.ts";
import type { FastifyTypeBox } from "../http/types.ts";
import { sessionBody, tokensBody } from "./bodies.ts";
import type { Proof } from "./proving.ts";
import { SignInBody } from "./schema.ts";
import * as schema from "./session-schema.ts";
import type { Sessions } from "./sessions.ts";
import type { SigningKeys } from "./signing-keys.ts";

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const tags = ["sessions"];
const away = { 503: "Redis or the database is away, or too many sign in at once: nobody is let in" };

/** What somebody proves to be themselves by. */
export interface ProofRequest {
  readonly password: string;
  readonly code?: string;
  readonly recoveryCode?: string;
}

export interface SessionRoutesParts {
  access: Access;
  sessions: Sessions;
  keys: SigningKeys;
  proofOf: (request: FastifyRequest, name: string, proof: ProofRequest) => Promise<Proof>;
  addressOf: (request: FastifyRequest) => string;
}

export function sessionRoutes(
  app: FastifyTypeBox,
  { access, sessions, keys, proofOf, addressOf }: SessionRoutesParts,
): void {
  const { actorOf } = access;

  app.post(
    "/v1/sessions",
    {
      config: { access: "anyone" },
      compress: false,
      schema: {
        summary: "Sign in",
        description: "By name, password, and a code of the authenticator or a recovery code.",
        tags,
        body: SignInBody,
        response: {
          201: schema.TokensBody,
          ...problemResponses({
            401: "name, password or code are not right, or the person is locked: it is not told which",
            429: "after too many attempts for this name, or from this address",
            ...away,
          }),
        },
      },
    },
    async (request, reply) => {
      const proof = await proofOf(request, request.body.name, request.body);
      const tokens = await sessions.start(proof, addressOf(request));
      reply.header("location", `/v1/sessions/${tokens.session}`);
      return reply.code(201).send(tokensBody(tokens));
    },
  );

  app.post(
    "/v1/sessions/refresh",
    {
      config: { access: "anyone" },
      compress: false,
      schema: {
        summary: "Get new tokens for a refresh token",
        description: "A refresh token counts once. One that is shown again ends its session.",
        tags,
        body: schema.RefreshBody,
        response: {
          200: schema.TokensBody,
          ...problemResponses({ 401: "the session has ended: it is not told why", ...away }),
        },
      },
    },
    async (request) => tokensBody(await sessions.refresh(request.body.refreshToken)),
  );

  app.get(
    "/v1/sessions",
    {
      config: { access: ROLES },
      schema: {
        summary: "List one's own sessions, newest first",
        tags,
        response: { 200: schema.SessionsBody },
      },
    },
    async (request) => ({ items: (await sessions.list(actorOf(request))).map(sessionBody) }),
  );

  app.delete(
    "/v1/sessions",
    {
      config: { access: ROLES },
      schema: { summary: "Sign out everywhere", tags, response: { 200: schema.SignedOutBody } },
    },
    async (request) => ({ ended: await sessions.signOut(actorOf(request)) }),
  );

  app.delete(
    "/v1/sessions/:id",
    {
      config: { access: ROLES },
      schema: {
        summary: "Sign out: end one's own session",
        description:
          "No new tokens are made for it. Its access token changes nothing any more, and reads for five minutes at most.",
        tags,
        params: Type.Object({ id: Type.String({ description: "id of the session" }) }),
        response: { 200: schema.SignedOutBody, ...problemResponses({ 404: "it is none of one's own" }) },
      },
    },
    async (request) => {
      const { id } = request.params;
      const ended = UUID.test(id) ? await sessions.signOut(actorOf(request), id) : 0;
      if (ended === 0) throw new Problem("session_not_found");
      return { ended };
    },
  );

  app.get(
    "/.well-known/jwks.json",
    {
      config: { access: "anyone" },
      schema: {
        summary: "Read the keys that access tokens are verified by",
        tags,
        response: { 200: schema.KeySetBody, ...problemResponses({ 503: "they could not be read yet" }) },
      },
    },
    async (_request, reply: FastifyReply) => {
      const published = await keys.published();
      // Far less than the time that a key is published before it signs.
      reply.header("cache-control", "public, max-age=300");
      return published as never;
    },
  );

  refuseOtherMethods(app, "/v1/sessions", ["GET", "HEAD", "POST", "DELETE"]);
  refuseOtherMethods(app, "/v1/sessions/refresh", ["POST"]);
  refuseOtherMethods(app, "/v1/sessions/:id", ["DELETE"]);
  refuseOtherMethods(app, "/.well-known/jwks.json", ["GET", "HEAD"]);
}
