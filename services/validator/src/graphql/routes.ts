// The GraphQL API over HTTP (https://graphql.github.io/graphql-over-http/draft/).
import { hash } from "node:crypto";

import type { FastifyReply, FastifyRequest } from "fastify";

import { preferred } from "../http/accept.ts";
import { RETRY_AFTER } from "../http/errors.ts";
import { isKnown } from "../http/preconditions.ts";
import { Problem } from "../http/problems.ts";
import { refuseOtherMethods } from "../http/server.ts";
import type { FastifyTypeBox } from "../http/types.ts";
import { answer } from "./answer.ts";
import { createLoaders } from "./loaders.ts";
import { GraphqlBody, GraphqlQuery, type GraphqlRequest, ofBody, ofQuery } from "./request.ts";
import { SDL } from "./schema.ts";
import type { Sources } from "./sources.ts";

const GRAPHQL = "application/graphql-response+json";
const JSON_TYPE = "application/json";
const SDL_TAG = `"${hash("sha256", SDL, "base64url")}"`;

export interface GraphqlRoutesParts {
  readonly sources: Sources;
  /** Milliseconds that an answer may take. */
  readonly deadline: number;
  readonly now: () => number;
}

export function graphqlRoutes(app: FastifyTypeBox, { sources, deadline, now }: GraphqlRoutesParts): void {
  // Its description is its schema; /openapi.json has nothing to say of it. Each field says what role it takes beside.
  const config = { access: ["viewer", "submitter"] as const };

  async function execute(request: FastifyRequest, reply: FastifyReply, asked: GraphqlRequest) {
    const type = preferred(request.headers.accept, [GRAPHQL, JSON_TYPE]);
    if (type === undefined) throw new Problem("not_acceptable");
    const roles = request.principal?.roles ?? new Set();
    const { status, body } = await answer(asked, {
      context: { roles, sources, loaders: createLoaders(sources), now: now() },
      deadline,
      onFault: (error) => request.log.error({ err: error }, "a field failed by a fault of this program"),
    });
    const isAnswered = status < 300;
    // Who does not know the type takes what is no success for no answer of GraphQL, and knows no status but 200.
    const isLegacy = type === JSON_TYPE && isAnswered;
    if (status === 503) reply.header("retry-after", RETRY_AFTER);
    return reply
      .code(isLegacy ? 200 : status)
      .headers({ vary: "accept", "content-type": `${isLegacy ? JSON_TYPE : GRAPHQL}; charset=utf-8` })
      .send(JSON.stringify(body));
  }

  app.post("/v1/graphql", { config, schema: { hide: true, body: GraphqlBody } }, (request, reply) =>
    execute(request, reply, ofBody(request.body)),
  );
  app.get("/v1/graphql", { config, schema: { hide: true, querystring: GraphqlQuery } }, (request, reply) =>
    execute(request, reply, ofQuery(request.query)),
  );

  // As open as /openapi.json: what there is to be asked is no secret, and costs nothing to be told.
  app.get(
    "/v1/graphql/schema",
    { config: { access: "anyone" }, schema: { hide: true } },
    (request, reply) => {
      reply.header("etag", SDL_TAG).header("cache-control", "no-cache");
      if (isKnown(request.headers["if-none-match"], SDL_TAG)) return reply.code(304).send();
      return reply.header("content-type", "application/graphql; charset=utf-8").send(SDL);
    },
  );

  refuseOtherMethods(app, "/v1/graphql", ["GET", "HEAD", "POST"]);
  refuseOtherMethods(app, "/v1/graphql/schema", ["GET", "HEAD"]);
}
