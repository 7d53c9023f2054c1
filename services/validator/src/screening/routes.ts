// Screening: a name asked for by hand, and matches that were found to be somebody else.
import { Type } from "typebox";

import type { Access } from "../access/access.ts";
import type { Pool } from "../database/session.ts";
import { available } from "../database/transaction.ts";
import { invalidAfter, pageBody, pageQuery, readLimit, toPage } from "../http/pages.ts";
import { Problem, problemResponses } from "../http/problems.ts";
import { refuseOtherMethods } from "../http/server.ts";
import type { FastifyTypeBox } from "../http/types.ts";
import type { MakeChange } from "../rule-sets/changes.ts";
import { parseDateTime } from "../transactions/checks/date-time.ts";
import { refusal } from "../transactions/reasons.ts";
import { clearMatch, endClearance, listClearances, type StoredClearance } from "./repository.ts";
import * as schema from "./schema.ts";
import { nameKey } from "./screener.ts";
import type { ScreeningSource } from "./source.ts";

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const tags = ["screening"];

export interface ScreeningParts {
  pool: Pool;
  change: MakeChange;
  access: Access;
  source: ScreeningSource;
}

export function screeningRoutes(app: FastifyTypeBox, { pool, change, access, source }: ScreeningParts): void {
  const { actorOf } = access;

  app.get(
    "/v1/screening",
    {
      config: { access: ["analyst"] },
      schema: {
        summary: "Screen a name",
        tags,
        querystring: schema.ScreenQuery,
        response: {
          200: schema.MatchesBody,
          ...problemResponses({ 503: "the lists were not read yet" }),
        },
      },
    },
    async ({ query: { name } }) => {
      const matches = source.screen(name, Date.now());
      if (matches === undefined) throw new Problem("screening_unavailable");
      return { names: source.size, matches: [...matches] };
    },
  );

  app.post(
    "/v1/screening/clearances",
    {
      config: { access: ["analyst"] },
      schema: {
        summary: "Clear a match: this name is not that entry",
        description: "One that is there already for this name and entry is replaced.",
        tags,
        body: schema.NewClearanceBody,
        response: {
          201: schema.ClearanceBody,
          ...problemResponses({ 400: "the name has no letter or digit, or the time is not one to come" }),
        },
      },
    },
    async (request, reply) => {
      const { entry, reason, until: text } = request.body;
      const name = nameKey(request.body.name);
      if (name === "") throw new Problem("invalid_request", [refusal("wrong_format", "/name")]);
      const until = text === undefined ? null : parseDateTime(text);
      if (until === undefined || (until !== null && until <= Date.now()))
        throw new Problem("invalid_request", [refusal("date_time_invalid", "/until")]);
      const clearance = await change(actorOf(request), async ({ client, actor, record }) => {
        const cleared = await clearMatch(client, { name, entry, reason, clearedBy: actor, until });
        await record(
          "screening.cleared",
          `screening/clearances/${cleared.id}`,
          { name, entry, reason },
          "decides",
        );
        return cleared;
      });
      return reply.code(201).send(clearanceBody(clearance));
    },
  );

  app.get(
    "/v1/screening/clearances",
    {
      config: { access: ["viewer"] },
      schema: {
        summary: "List the matches that are cleared, oldest first",
        tags,
        querystring: Type.Object(pageQuery, { additionalProperties: false }),
        response: { 200: pageBody(schema.ClearanceBody, "clearances") },
      },
    },
    async ({ query: { limit, after } }) => {
      const most = readLimit(limit);
      if (after !== undefined && !UUID.test(after)) throw invalidAfter();
      const found = await available(() => listClearances(pool, { after: after ?? null, limit: most + 1 }));
      return toPage(found, most, { item: clearanceBody, key: ({ id }) => id });
    },
  );

  app.post(
    "/v1/screening/clearances/:id/end",
    {
      config: { access: ["analyst"] },
      schema: {
        summary: "End a clearance: the match counts again",
        tags,
        params: Type.Object({ id: Type.String() }),
        response: {
          204: Type.Null(),
          ...problemResponses({ 404: "there is no such clearance, or it has ended" }),
        },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      if (!UUID.test(id)) throw new Problem("clearance_not_found");
      await change(actorOf(request), async ({ client, actor, record }) => {
        if (!(await endClearance(client, id, actor))) throw new Problem("clearance_not_found");
        await record("screening.clearance_ended", `screening/clearances/${id}`, {}, "decides");
      });
      return reply.code(204).send(null);
    },
  );

  refuseOtherMethods(app, "/v1/screening", ["GET", "HEAD"]);
  refuseOtherMethods(app, "/v1/screening/clearances", ["GET", "HEAD", "POST"]);
  refuseOtherMethods(app, "/v1/screening/clearances/:id/end", ["POST"]);
}

function clearanceBody({ clearedAt, until, ...rest }: StoredClearance) {
  return {
    ...rest,
    clearedAt: new Date(clearedAt).toISOString(),
    until: until === null ? null : new Date(until).toISOString(),
  };
}
