// Cases: read, and the queue of those that nobody looks into yet.
import type { FastifyRequest } from "fastify";
import { Type } from "typebox";

import { invalidAfter, pageBody, pageQuery, readLimit, toPage } from "../http/pages.ts";
import { isKnown } from "../http/preconditions.ts";
import { Problem, problemResponses } from "../http/problems.ts";
import { refuseOtherMethods } from "../http/server.ts";
import type { FastifyTypeBox } from "../http/types.ts";
import { TEXT_PATTERN } from "../transactions/schema.ts";
import { alertBody, caseBody, eventBody } from "./bodies.ts";
import { CASE_STATES, caseTag } from "./case.ts";
import * as schema from "./schema.ts";
import type { CaseStore } from "./store.ts";

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const EVENT_ID = /^[1-9][0-9]{0,17}$/;

const tags = ["cases"];
const config = { access: ["viewer"] as const };
export const CaseParams = Type.Object({ id: Type.String({ description: "id of the case" }) });
const notFound = { 404: "there is no such case" };
const text = (description: string) =>
  Type.Optional(Type.String({ minLength: 1, maxLength: 100, pattern: TEXT_PATTERN, description }));

export interface CaseRoutesParts {
  store: CaseStore;
  now: () => number;
}

export function caseRoutes(app: FastifyTypeBox, { store, now }: CaseRoutesParts): void {
  /** A page of what belongs to a case, which must be there. */
  async function existing(request: FastifyRequest): Promise<string> {
    const id = idOf(request);
    if ((await store.find(id)) === undefined) throw new Problem("case_not_found");
    return id;
  }

  app.get(
    "/v1/cases",
    {
      config,
      schema: {
        summary: "List cases, newest first",
        tags,
        querystring: Type.Object(
          {
            ...pageQuery,
            state: Type.Optional(Type.Enum([...CASE_STATES], { description: "those in this state only" })),
            assignee: text("those that this person looks into, or did"),
            account: text("those that were opened about this account, on either side"),
          },
          { additionalProperties: false },
        ),
        response: { 200: pageBody(schema.CaseBody, "cases") },
      },
    },
    async ({ query: { limit, after, state, assignee, account } }) => {
      const most = readLimit(limit);
      if (after !== undefined && !UUID.test(after)) throw invalidAfter();
      const filter = { state, assignee, account, after, limit: most + 1 };
      const found = await store.list(filter);
      return toPage(found, most, { item: (each) => caseBody(each, now()), key: ({ id }) => id });
    },
  );

  app.get(
    "/v1/cases/queue",
    {
      config,
      schema: {
        summary: "List the cases that wait, in the order in which they are taken",
        tags,
        querystring: Type.Object({ limit: pageQuery.limit }, { additionalProperties: false }),
        response: { 200: schema.QueueBody },
      },
    },
    async ({ query: { limit } }) => {
      const found = await store.queue(readLimit(limit));
      return { items: found.map((each) => caseBody(each, now())) };
    },
  );

  app.get(
    "/v1/cases/:id",
    {
      config,
      schema: {
        summary: "Read a case",
        tags,
        params: CaseParams,
        response: {
          200: schema.CaseBody,
          304: Type.Null(),
          ...problemResponses(notFound),
        },
      },
    },
    async (request, reply) => {
      const found = await store.find(idOf(request));
      if (found === undefined) throw new Problem("case_not_found");
      reply.header("etag", caseTag(found));
      if (isKnown(request.headers["if-none-match"], caseTag(found))) return reply.code(304).send(null);
      return caseBody(found, now());
    },
  );

  app.get(
    "/v1/cases/:id/alerts",
    {
      config,
      schema: {
        summary: "List the decisions that a case is about, oldest first",
        tags,
        params: CaseParams,
        querystring: Type.Object(pageQuery, { additionalProperties: false }),
        response: { 200: pageBody(schema.AlertBody, "alerts"), ...problemResponses(notFound) },
      },
    },
    async (request) => {
      const { limit, after } = request.query;
      const most = readLimit(limit);
      if (after !== undefined && !UUID.test(after)) throw invalidAfter();
      const id = await existing(request);
      const found = await store.alerts(id, { after, limit: most + 1 });
      return toPage(found, most, { item: alertBody, key: ({ decision }) => decision });
    },
  );

  app.get(
    "/v1/cases/:id/history",
    {
      config,
      schema: {
        summary: "List what was done with a case, notes included, in order",
        tags,
        params: CaseParams,
        querystring: Type.Object(pageQuery, { additionalProperties: false }),
        response: { 200: pageBody(schema.EventBody, "events"), ...problemResponses(notFound) },
      },
    },
    async (request) => {
      const { limit, after } = request.query;
      const most = readLimit(limit);
      if (after !== undefined && !EVENT_ID.test(after)) throw invalidAfter();
      const id = await existing(request);
      const found = await store.events(id, { after, limit: most + 1 });
      return toPage(found, most, { item: eventBody, key: (event) => event.id });
    },
  );

  refuseOtherMethods(app, "/v1/cases", ["GET", "HEAD"]);
  refuseOtherMethods(app, "/v1/cases/queue", ["GET", "HEAD"]);
  refuseOtherMethods(app, "/v1/cases/:id", ["GET", "HEAD"]);
  refuseOtherMethods(app, "/v1/cases/:id/alerts", ["GET", "HEAD"]);
  refuseOtherMethods(app, "/v1/cases/:id/history", ["GET", "HEAD"]);
}

/** What is no id is no case's, and may be nothing that PostgreSQL takes. */
export function idOf(request: FastifyRequest): string {
  const { id } = request.params as { id: string };
  if (!UUID.test(id)) throw new Problem("case_not_found");
  return id;
}
