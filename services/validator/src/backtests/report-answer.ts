// Reports as answers: JSON or, where it is asked for, CSV.
import { hash } from "node:crypto";

import type { FastifyReply, FastifyRequest } from "fastify";
import { Type } from "typebox";

import { preferred } from "../http/accept.ts";
import { isKnown } from "../http/preconditions.ts";
import { reportCsv } from "./csv.ts";
import { ReportBody, type Report } from "./report-schema.ts";

/** For a route's `response`. */
export const reportResponses = {
  200: {
    description: "the report",
    content: {
      "application/json": { schema: ReportBody },
      "text/csv": { schema: Type.String({ description: "the same, one measure a line" }) },
    },
  },
  304: Type.Null(),
};

/** Answers with a report in the form that the client likes better, or with 304 where it has that already. */
export function answerReport(request: FastifyRequest, reply: FastifyReply, report: Report): FastifyReply {
  const form = prefersCsv(request.headers.accept) ? "csv" : "json";
  const etag = `"${hash("sha256", JSON.stringify(report), "base64url").slice(0, 22)}.${form}"`;
  reply.header("etag", etag).header("vary", "accept").header("cache-control", "private, no-cache");
  if (isKnown(request.headers["if-none-match"], etag)) return reply.code(304).send(null);
  if (form === "json") return reply.type("application/json; charset=utf-8").send(report);
  reply.header("content-disposition", 'attachment; filename="report.csv"');
  return reply.type("text/csv; charset=utf-8; header=present").serializer(String).send(reportCsv(report));
}

/** Whether an Accept header ranks text/csv above application/json. */
export function prefersCsv(accept: string | undefined): boolean {
  return preferred(accept, ["application/json", "text/csv"]) === "text/csv";
}
