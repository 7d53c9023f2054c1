// Snoozes: made, listed and ended.
import { Type } from "typebox";

import type { Access } from "../access/access.ts";
import type { Pool } from "../database/session.ts";
import { available } from "../database/transaction.ts";
import { invalidAfter, pageBody, pageQuery, readLimit, toPage } from "../http/pages.ts";
import { Problem, problemResponses } from "../http/problems.ts";
import { refuseOtherMethods } from "../http/server.ts";
import type { FastifyTypeBox } from "../http/types.ts";
import { parseDateTime } from "../transactions/checks/date-time.ts";
import { refusal } from "../transactions/reasons.ts";
import { snoozeBody } from "./bodies.ts";
import * as schema from "./schema.ts";
import { findSnooze, listSnoozes } from "./snooze-repository.ts";
import type { Snoozes } from "./snoozes.ts";

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const tags = ["snoozes"];
const SnoozeParams = Type.Object({ id: Type.String() });
const notFound = { 404: "there is no such snooze" };

export interface SnoozeParts {
  pool: Pool;
  snoozes: Snoozes;
  access: Access;
}

export function snoozeRoutes(app: FastifyTypeBox, { pool, snoozes, access }: SnoozeParts): void {
  const { actorOf } = access;

  app.post(
    "/v1/snoozes",
    {
      config: { access: ["analyst"] },
      schema: {
        summary: "Mute a rule for a subject until a time",
        tags,
        body: schema.NewSnoozeBody,
        response: {
          201: schema.SnoozeBody,
          ...problemResponses({
            400: "there is no such rule, or the time is not one",
            409: "more are active than may be",
          }),
        },
      },
    },
    async (request, reply) => {
      const { until: text, ...rest } = request.body;
      const until = parseDateTime(text);
      if (until === undefined) throw new Problem("invalid_request", [refusal("date_time_invalid", "/until")]);
      const snooze = await snoozes.create(actorOf(request), { ...rest, until: new Date(until) });
      return reply.code(201).header("location", `/v1/snoozes/${snooze.id}`).send(snoozeBody(snooze));
    },
  );

  app.get(
    "/v1/snoozes",
    {
      config: { access: ["viewer"] },
      schema: {
        summary: "List snoozes, newest first",
        tags,
        querystring: Type.Object(
          {
            ...pageQuery,
            active: Type.Optional(
              Type.Enum(["true", "false"], { description: "true: those only that mute a rule now" }),
            ),
          },
          { additionalProperties: false },
        ),
        response: { 200: pageBody(schema.SnoozeBody, "snoozes") },
      },
    },
    async ({ query: { active, limit, after } }) => {
      const most = readLimit(limit);
      if (after !== undefined && !UUID.test(after)) throw invalidAfter();
      const page = { active: active === "true", after, limit: most + 1 };
      const found = await available(() => listSnoozes(pool, page));
      return toPage(found, most, { item: snoozeBody, key: ({ id }) => id });
    },
  );

  app.get(
    "/v1/snoozes/:id",
    {
      config: { access: ["viewer"] },
      schema: {
        summary: "Read a snooze",
        tags,
        params: SnoozeParams,
        response: { 200: schema.SnoozeBody, ...problemResponses(notFound) },
      },
    },
    async ({ params }) => {
      const id = readId(params.id);
      const found = await available(() => findSnooze(pool, id));
      if (found === undefined) throw new Problem("snooze_not_found");
      return snoozeBody(found);
    },
  );

  app.post(
    "/v1/snoozes/:id/end",
    {
      config: { access: ["analyst"] },
      schema: {
        summary: "End a snooze before its time",
        description: "One that has ended is left as it is.",
        tags,
        params: SnoozeParams,
        response: { 200: schema.SnoozeBody, ...problemResponses(notFound) },
      },
    },
    async (request) => snoozeBody(await snoozes.end(actorOf(request), readId(request.params.id))),
  );

  refuseOtherMethods(app, "/v1/snoozes", ["GET", "HEAD", "POST"]);
  refuseOtherMethods(app, "/v1/snoozes/:id", ["GET", "HEAD"]);
  refuseOtherMethods(app, "/v1/snoozes/:id/end", ["POST"]);
}

function readId(text: string): string {
  if (!UUID.test(text)) throw new Problem("snooze_not_found");
  return text;
}
