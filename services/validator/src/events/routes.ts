// Events for people's pages: which kinds there are, and those that happen, as they happen.
import { Type } from "typebox";

import type { Access } from "../access/access.ts";
import type { Principal } from "../access/principal.ts";
import { available } from "../database/transaction.ts";
import { Problem, problemResponses } from "../http/problems.ts";
import { refuseOtherMethods } from "../http/server.ts";
import type { FastifyTypeBox } from "../http/types.ts";
import { TEXT_PATTERN } from "../transactions/schema.ts";
import { EVENT_KINDS, type EventKind, KINDS, kindsFor } from "./kinds.ts";
import { KindBody } from "./schema.ts";
import type { Streams } from "./streams.ts";

const tags = ["events"];

const StreamQuery = Type.Object(
  {
    kinds: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 1000,
        pattern: TEXT_PATTERN,
        description: "kinds of events with commas between them; all that may be heard unless told",
      }),
    ),
    after: Type.Optional(
      Type.String({
        maxLength: 20,
        pattern: "^[0-9]*$",
        description: "as Last-Event-ID, for those who cannot send headers",
      }),
    ),
  },
  { additionalProperties: false },
);

const StreamHeaders = Type.Object({
  "last-event-id": Type.Optional(
    Type.String({
      maxLength: 200,
      description: "`id` of the last event that was seen: what followed comes first",
    }),
  ),
});

export function eventRoutes(app: FastifyTypeBox, parts: { access: Access; streams: Streams }): void {
  const { access, streams } = parts;

  app.get(
    "/v1/events",
    {
      config: { access: ["viewer"] },
      compress: false,
      exposeHeadRoute: false,
      schema: {
        summary: "Hear of events as they happen",
        description:
          "Server-sent events: `id` is the event's number, `event` its kind, `data` its envelope. Events of people are for administrators.",
        tags,
        querystring: StreamQuery,
        headers: StreamHeaders,
        response: {
          200: {
            description: "a stream that ends after some minutes, and is to be opened again",
            content: { "text/event-stream": { schema: Type.String() } },
          },
          ...problemResponses({
            400: "a kind is none, or Last-Event-ID is not one",
            429: "as many streams are open as may be",
          }),
        },
      },
    },
    async (request, reply) => {
      const { kinds, after } = request.query;
      const { roles } = request.principal as Principal;
      const seen = request.headers["last-event-id"] || after || undefined;
      if (seen !== undefined && !/^\d{1,15}$/.test(seen))
        throw invalid("is not the `id` of an event", "/last-event-id");
      const stream = await available(() =>
        streams.open({
          person: access.actorOf(request),
          after: seen === undefined ? undefined : Number(seen),
          kinds: readKinds(kinds, kindsFor(roles)),
          mayHear: () => access.isStillGood(request),
        }),
      );
      // Proxies that gather answers are told not to (nginx, and others after it).
      reply.header("x-accel-buffering", "no").header("cache-control", "no-store, no-transform");
      reply.type("text/event-stream; charset=utf-8");
      return reply.send(stream.body as never);
    },
  );

  app.get(
    "/v1/events/kinds",
    {
      config: { access: ["viewer"] },
      schema: {
        summary: "List the kinds of events, with the JSON Schema of what each tells",
        tags,
        response: { 200: Type.Object({ items: Type.Array(KindBody) }, { description: "all kinds" }) },
      },
    },
    () => ({
      items: EVENT_KINDS.map((kind) => ({ kind, ...KINDS[kind], detail: plain(KINDS[kind].detail) })),
    }),
  );

  refuseOtherMethods(app, "/v1/events", ["GET"]);
  refuseOtherMethods(app, "/v1/events/kinds", ["GET", "HEAD"]);
}

function readKinds(list: string | undefined, allowed: readonly EventKind[]): ReadonlySet<EventKind> {
  if (list === undefined) return new Set(allowed);
  const kinds = list.split(",");
  for (const kind of kinds) {
    if (!EVENT_KINDS.includes(kind as EventKind)) throw invalid(`has no kind ${kind.slice(0, 64)}`, "/kinds");
    if (allowed.includes(kind as EventKind)) continue;
    const message = `takes the role ${KINDS[kind as EventKind].audience} for ${kind}`;
    throw new Problem("forbidden", [{ code: "forbidden", message, pointer: "/kinds" }]);
  }
  return new Set(kinds as EventKind[]);
}

function invalid(message: string, pointer: string): Problem {
  return new Problem("invalid_request", [{ code: "wrong_format", message, pointer }]);
}

/** The schema as JSON: without what the library keeps with it. */
const plain = (schema: object) => JSON.parse(JSON.stringify(schema)) as Record<string, unknown>;
