// Cases: what analysts do with them.
import type { FastifyReply, FastifyRequest } from "fastify";
import { Type } from "typebox";

import type { Access } from "../access/access.ts";
import { problemResponses } from "../http/problems.ts";
import { refuseOtherMethods } from "../http/server.ts";
import type { FastifyTypeBox } from "../http/types.ts";
import { caseBody, eventBody } from "./bodies.ts";
import type { Addressed } from "./acts.ts";
import { type StoredCase, caseTag } from "./case.ts";
import type { Cases } from "./cases.ts";
import { CaseParams, idOf } from "./routes.ts";
import * as schema from "./schema.ts";

const tags = ["cases"];
const config = { access: ["analyst"] as const };
const IfMatch = Type.Object({
  "if-match": Type.Optional(Type.String({ description: "the ETag of what was read" })),
});
const notFound = { 404: "there is no such case" };
const changed = { 412: "the case has changed since it was read", 428: "If-Match is missing" };

export interface WorkRoutesParts {
  cases: Cases;
  access: Access;
  now: () => number;
}

export function workRoutes(app: FastifyTypeBox, { cases, access, now }: WorkRoutesParts): void {
  function addressed(request: FastifyRequest): Addressed {
    return {
      actor: access.actorOf(request),
      leads: request.principal?.roles.has("approver") ?? false,
      id: idOf(request),
      ifMatch: request.headers["if-match"],
    };
  }

  function answer(reply: FastifyReply, stored: StoredCase) {
    reply.header("etag", caseTag(stored));
    return caseBody(stored, now());
  }

  app.post(
    "/v1/cases/next",
    {
      config,
      schema: {
        summary: "Take the first case of the queue",
        description: "Nobody else gets the same.",
        tags,
        response: { 200: schema.CaseBody, 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const taken = await cases.takeNext(access.actorOf(request));
      if (taken === undefined) return reply.code(204).send(null);
      return reply.code(200).send(answer(reply, taken));
    },
  );

  app.put(
    "/v1/cases/:id/assignee",
    {
      config,
      schema: {
        summary: "Take a case, or give it to somebody",
        description: "Analysts take what waits. An approver gives any open case to anybody.",
        tags,
        params: CaseParams,
        headers: IfMatch,
        body: schema.AssigneeBody,
        response: {
          200: schema.CaseBody,
          ...problemResponses({
            403: "to give it to somebody else takes the role approver",
            409: "the case is closed, or somebody else's",
            ...notFound,
            ...changed,
          }),
        },
      },
    },
    async (request, reply) => answer(reply, await cases.assign(addressed(request), request.body.assignee)),
  );

  app.delete(
    "/v1/cases/:id/assignee",
    {
      config,
      schema: {
        summary: "Give a case back to the queue",
        description: "One's own; an approver gives back anybody's.",
        tags,
        params: CaseParams,
        headers: IfMatch,
        response: {
          200: schema.CaseBody,
          ...problemResponses({
            403: "the case is somebody else's",
            409: "the case is closed",
            412: changed[412],
            ...notFound,
          }),
        },
      },
    },
    async (request, reply) => answer(reply, await cases.release(addressed(request))),
  );

  app.post(
    "/v1/cases/:id/notes",
    {
      config,
      schema: {
        summary: "Add a note to a case",
        description: "It stays in the history as it is.",
        tags,
        params: CaseParams,
        body: schema.NoteBody,
        response: { 201: schema.EventBody, ...problemResponses({ 409: "the case is closed", ...notFound }) },
      },
    },
    async (request, reply) => {
      const noted = await cases.note(addressed(request), request.body.text);
      reply.header("location", `/v1/cases/${idOf(request)}/history`);
      return reply.code(201).send(eventBody(noted));
    },
  );

  app.post(
    "/v1/cases/:id/close",
    {
      config,
      schema: {
        summary: "Close one's own case, with what came out of it",
        tags,
        params: CaseParams,
        headers: IfMatch,
        body: schema.CloseBody,
        response: {
          200: schema.CaseBody,
          ...problemResponses({
            409: "the case is closed, or not assigned to who asks",
            ...notFound,
            ...changed,
          }),
        },
      },
    },
    async (request, reply) => {
      const { outcome, note } = request.body;
      return answer(reply, await cases.close(addressed(request), outcome, note));
    },
  );

  refuseOtherMethods(app, "/v1/cases/next", ["POST"]);
  refuseOtherMethods(app, "/v1/cases/:id/assignee", ["PUT", "DELETE"]);
  refuseOtherMethods(app, "/v1/cases/:id/notes", ["POST"]);
  refuseOtherMethods(app, "/v1/cases/:id/close", ["POST"]);
}
