// Files of payments: sent, looked at, cancelled; and their results.
import { Type } from "typebox";

import type { Access } from "../access/access.ts";
import type { Pool } from "../database/session.ts";
import { available } from "../database/transaction.ts";
import { invalidAfter, pageBody, pageQuery, readLimit, readNumberAfter, toPage } from "../http/pages.ts";
import { Problem, problemResponses } from "../http/problems.ts";
import { refuseOtherMethods } from "../http/server.ts";
import type { FastifyTypeBox } from "../http/types.ts";
import type { UploadActs } from "./acts.ts";
import { uploadBody } from "./bodies.ts";
import type { Receiver } from "./receiver.ts";
import { findUpload, listUploads, UPLOAD_STATES } from "./repository.ts";
import { answerResults, resultsResponses } from "./results.ts";
import { receiveRoute } from "./receive-route.ts";
import * as schema from "./schema.ts";

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const tags = ["uploads"];
const UploadParams = Type.Object({ id: Type.String({ description: "id of the upload" }) });
const notFound = { 404: "there is no such upload" };

export interface UploadRoutesParts {
  pool: Pool;
  acts: UploadActs;
  access: Access;
  receiver: Receiver;
}

export function uploadRoutes(app: FastifyTypeBox, { pool, acts, access, receiver }: UploadRoutesParts): void {
  const { actorOf } = access;

  async function read(text: string) {
    const id = readId(text);
    const found = await available(() => findUpload(pool, id));
    if (found === undefined) throw new Problem("upload_not_found");
    return found;
  }

  receiveRoute(app, { receiver, actorOf });

  app.get(
    "/v1/uploads",
    {
      config: { access: ["viewer"] },
      schema: {
        summary: "List uploads, newest first",
        tags,
        querystring: Type.Object(
          { ...pageQuery, state: Type.Optional(Type.Enum([...UPLOAD_STATES])) },
          { additionalProperties: false },
        ),
        response: { 200: pageBody(schema.UploadBody, "uploads") },
      },
    },
    async ({ query: { state, limit, after } }) => {
      const most = readLimit(limit);
      if (after !== undefined && !UUID.test(after)) throw invalidAfter();
      const found = await available(() => listUploads(pool, { state, after, limit: most + 1 }));
      return toPage(found, most, { item: uploadBody, key: ({ id }) => id });
    },
  );

  app.get(
    "/v1/uploads/:id",
    {
      config: { access: ["submitter", "viewer"] },
      schema: {
        summary: "Read how far the validation of an upload has come",
        tags,
        params: UploadParams,
        response: { 200: schema.UploadBody, ...problemResponses(notFound) },
      },
    },
    async ({ params }) => uploadBody(await read(params.id)),
  );

  app.delete(
    "/v1/uploads/:id",
    {
      config: { access: ["submitter"] },
      schema: {
        summary: "Cancel an upload",
        description: "Rows that are decided stay so, and have their results; the file stays in the bucket.",
        tags,
        params: UploadParams,
        response: {
          200: schema.UploadBody,
          ...problemResponses({ ...notFound, 409: "it is done, or has failed" }),
        },
      },
    },
    async (request) => uploadBody(await acts.cancel(actorOf(request), readId(request.params.id))),
  );

  app.get(
    "/v1/uploads/:id/results",
    {
      config: { access: ["submitter", "viewer"] },
      schema: {
        summary: "Download the results of the rows, as NDJSON or CSV",
        description: "While rows are decided, those that have a result so far.",
        tags,
        params: UploadParams,
        querystring: Type.Object(
          {
            after: Type.Optional(
              Type.String({ maxLength: 200, description: "number of a row: the results of those after it" }),
            ),
          },
          { additionalProperties: false },
        ),
        response: { ...resultsResponses, ...problemResponses(notFound) },
      },
    },
    async (request, reply) => {
      const after = readNumberAfter(request.query.after) ?? 0;
      const { id } = await read(request.params.id);
      return answerResults(request, reply, { pool, id, after }) as never;
    },
  );

  refuseOtherMethods(app, "/v1/uploads", ["GET", "HEAD", "POST"]);
  refuseOtherMethods(app, "/v1/uploads/:id", ["DELETE", "GET", "HEAD"]);
  refuseOtherMethods(app, "/v1/uploads/:id/results", ["GET", "HEAD"]);
}

function readId(text: string): string {
  if (!UUID.test(text)) throw new Problem("upload_not_found");
  return text.toLowerCase();
}
