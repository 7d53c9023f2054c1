// Rule sets: what makes a version live, a shadow, or neither.
import type { FastifyReply, FastifyRequest } from "fastify";

import { problemResponses } from "../http/problems.ts";
import { refuseOtherMethods } from "../http/server.ts";
import type { FastifyTypeBox } from "../http/types.ts";
import { rollbackBody, versionBody } from "./bodies.ts";
import type { StoredVersion } from "./repository.ts";
import { IfMatch, readVersion, VersionParams, type RuleSetParts } from "./routes.ts";
import * as schema from "./schema.ts";
import { versionTag } from "./versions.ts";

const tags = ["rule sets"];
const path = "/v1/rule-sets/:version";

const notFound = { 404: "there is no such version" };
const changed = { 412: "the version has changed since it was read" };

export function lifecycleRoutes(app: FastifyTypeBox, { versions, access }: Omit<RuleSetParts, "pool">): void {
  const { actorOf } = access;

  function addressed(request: FastifyRequest) {
    const { version } = request.params as { version: string };
    return {
      actor: actorOf(request),
      version: readVersion(version),
      ifMatch: request.headers["if-match"],
    };
  }

  app.post(
    `${path}/publish`,
    {
      config: { access: ["approver"] },
      schema: {
        summary: "Make a version live for the first time",
        description: "By nobody who wrote any of it.",
        tags,
        params: VersionParams,
        headers: IfMatch,
        body: schema.PublishBody,
        response: {
          200: schema.VersionBody,
          ...problemResponses({
            400: "the document cannot run on this version of the service",
            403: "somebody else than those who wrote it must publish it",
            409: "another version is live than the one to be replaced, this one was live before, or lists are missing",
            428: "If-Match is missing",
            ...notFound,
            ...changed,
          }),
        },
      },
    },
    async (request, reply) => {
      const { replaces, reason = "" } = request.body;
      return answer(reply, await versions.publish({ ...addressed(request), replaces, reason }));
    },
  );

  app.post(
    `${path}/rollback`,
    {
      config: { access: ["approver"] },
      schema: {
        summary: "Make a version live again",
        description: "Once two people have asked for the same within an hour.",
        tags,
        params: VersionParams,
        headers: IfMatch,
        body: schema.RollbackBody,
        response: {
          200: schema.VersionBody,
          202: schema.RollbackRequestBody,
          ...problemResponses({
            403: "somebody else must ask for the same",
            409: "another version is live than the one to be replaced, or this one was never live",
            ...notFound,
            ...changed,
          }),
        },
      },
    },
    async (request, reply) => {
      const result = await versions.rollback({ ...addressed(request), ...request.body });
      if ("document" in result) return answer(reply, result);
      return reply.code(202).send(rollbackBody(result));
    },
  );

  app.put(
    `${path}/shadow`,
    {
      config: { access: ["approver"] },
      schema: {
        summary: "Evaluate a version beside the live one",
        description: "It decides nothing, and cannot be edited as long as it runs.",
        tags,
        params: VersionParams,
        headers: IfMatch,
        response: {
          200: schema.VersionBody,
          ...problemResponses({ 409: "the version is live, or lists are missing", ...notFound, ...changed }),
        },
      },
    },
    async (request, reply) => answer(reply, await versions.startShadow(addressed(request))),
  );

  app.delete(
    `${path}/shadow`,
    {
      config: { access: ["approver"] },
      schema: {
        summary: "End a shadow: a draft again, or retired where it was live before",
        tags,
        params: VersionParams,
        headers: IfMatch,
        response: {
          200: schema.VersionBody,
          ...problemResponses({ 409: "the version is no shadow", ...notFound, ...changed }),
        },
      },
    },
    async (request, reply) => answer(reply, await versions.stopShadow(addressed(request))),
  );

  refuseOtherMethods(app, `${path}/publish`, ["POST"]);
  refuseOtherMethods(app, `${path}/rollback`, ["POST"]);
  refuseOtherMethods(app, `${path}/shadow`, ["PUT", "DELETE"]);
}

function answer(reply: FastifyReply, stored: StoredVersion) {
  reply.header("etag", versionTag(stored));
  return versionBody(stored);
}
