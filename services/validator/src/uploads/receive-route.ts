import type { Readable } from "node:stream";

import type { FastifyReply } from "fastify";
import { Type } from "typebox";

import type { ActorOf } from "../access/access.ts";
import { problemResponses } from "../http/problems.ts";
import type { FastifyTypeBox } from "../http/types.ts";
import { uploadBody } from "./bodies.ts";
import type { Receiver } from "./receiver.ts";
import * as schema from "./schema.ts";

const file = { schema: Type.Unsafe<unknown>({ description: "the file" }) };

/** POST /v1/uploads, whose body is a stream: in a scope of its own, because no other body is. */
export function receiveRoute(
  app: FastifyTypeBox,
  { receiver, actorOf }: { receiver: Receiver; actorOf: ActorOf },
): void {
  void app.register(async (scope: FastifyTypeBox) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser("*", (_request, body, done) => done(null, body));

    scope.post(
      "/v1/uploads",
      {
        config: { access: ["submitter"], arrivesSlowly: true },
        schema: {
          summary: "Send a file of payments",
          description:
            "CSV, NDJSON, ISO 20022 pain.001 or pacs.008, or NACHA, as the body itself. It is durable before the answer, and validated then.",
          tags: ["uploads"],
          querystring: schema.UploadQuery,
          headers: schema.UploadHeaders,
          body: {
            content: {
              "text/csv": file,
              "application/x-ndjson": file,
              "application/xml": file,
              "application/octet-stream": file,
            },
          },
          response: {
            201: schema.UploadBody,
            ...problemResponses({
              400: "the content cannot be read, or is not the one that Content-Digest is of; nothing is kept",
              408: "the content did not arrive in time; nothing is kept",
              409: "the Idempotency-Key was used with another file",
              413: "the file is larger than files may be, or is compressed more than is believed",
              415: "the content is in no format, encoding or content encoding that is read",
              501: "this service has no bucket for files",
              503: "too many files are being received, or the bucket or the database is away; see Retry-After",
            }),
          },
        },
      },
      async (request, reply) => {
        const { query, headers } = request;
        const body = (request.body ?? request.raw) as Readable;
        const actor = actorOf(request);
        try {
          const { upload, isReplay } = await receiver.take({
            actor,
            name: query.name ?? null,
            headers,
            body,
          });
          if (isReplay) reply.header("idempotent-replayed", "true");
          return reply.code(201).header("location", `/v1/uploads/${upload.id}`).send(uploadBody(upload));
        } catch (error) {
          await refuse(body, reply);
          throw error;
        }
      },
    );
  });
}

/** Bytes and milliseconds of a refused body that are read all the same. */
const REST = { bytes: 1024 * 1024, milliseconds: 1000 };

/** A client that is still sending may not see an answer that comes before; a little of the rest is waited for. */
async function refuse(body: Readable, reply: FastifyReply): Promise<void> {
  if (body.readableEnded || body.destroyed) return;
  // What is not read now would be taken for the next request.
  reply.header("connection", "close");
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, REST.milliseconds);
  let read = 0;
  body.on("data", (chunk: Buffer) => {
    read += chunk.length;
    if (read > REST.bytes) resolve();
  });
  body.once("end", resolve).once("close", resolve);
  await promise;
  clearTimeout(timer);
}
