// Snapshots: what administrative acts have changed, before and after.
import { Type } from "typebox";

import { invalidAfter, pageBody, pageQuery, readLimit, toPage } from "../http/pages.ts";
import { refuseOtherMethods } from "../http/server.ts";
import type { FastifyTypeBox } from "../http/types.ts";
import { TEXT_PATTERN } from "../transactions/schema.ts";
import type { SnapshotRow } from "./repository.ts";
import type { SnapshotPage } from "./snapshots.ts";

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const whole = (description: string) =>
  Type.Union([Type.Record(Type.String(), Type.Unknown()), Type.Null()], { description });

const SnapshotBody = Type.Object(
  {
    act: Type.Object({
      id: Type.String({
        description: "of the act in the audit chain, whose details have the snapshot's hash",
      }),
      name: Type.String({ description: "such as `person.roles_changed`" }),
      actor: Type.String({ description: "who did it" }),
    }),
    subject: Type.String(),
    version: Type.Integer({ description: "of the subject, after the act" }),
    at: Type.String({ format: "date-time" }),
    before: whole("all of it before the act; null where there was none"),
    after: whole("all of it after the act"),
  },
  { description: "what an administrative act has changed" },
);

export interface SnapshotRoutesParts {
  list(page: SnapshotPage): Promise<SnapshotRow[]>;
}

export function snapshotRoutes(app: FastifyTypeBox, { list }: SnapshotRoutesParts): void {
  app.get(
    "/v1/snapshots",
    {
      config: { access: ["administrator"] },
      schema: {
        summary: "List what administrative acts have changed, newest first",
        tags: ["audit"],
        querystring: Type.Object(
          {
            ...pageQuery,
            subject: Type.String({
              minLength: 1,
              maxLength: 300,
              pattern: TEXT_PATTERN,
              description: "what was changed, such as `people/ana` or `rule-sets/7`",
            }),
          },
          { additionalProperties: false },
        ),
        response: { 200: pageBody(SnapshotBody, "snapshots") },
      },
    },
    async ({ query: { limit, after, subject } }) => {
      const most = readLimit(limit);
      if (after !== undefined && !UUID.test(after)) throw invalidAfter();
      const found = await list({ subject, after, limit: most + 1 });
      return toPage(found, most, { item: snapshotBody, key: ({ id }) => id });
    },
  );

  refuseOtherMethods(app, "/v1/snapshots", ["GET", "HEAD"]);
}

const parsed = (json: string | null) => (json === null ? null : JSON.parse(json));

function snapshotBody({ id, act, actor, subject, version, at, before, after }: SnapshotRow) {
  return {
    act: { id, name: act, actor },
    subject,
    version,
    at: at.toISOString(),
    before: parsed(before),
    after: parsed(after),
  };
}
