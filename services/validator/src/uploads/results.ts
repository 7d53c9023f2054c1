import { Readable } from "node:stream";

import type { FastifyReply, FastifyRequest } from "fastify";
import { Type } from "typebox";

import { prefersCsv } from "../backtests/report-answer.ts";
import type { Pool } from "../database/session.ts";
import { RESULT_CSV_HEADER, resultCsv, resultJson } from "./bodies.ts";
import { readResults } from "./repository.ts";
import { UploadResultBody } from "./schema.ts";

/** Rows that are read at once: what a download holds in memory. */
const PAGE = 500;

/** For a route's `response`. */
export const resultsResponses = {
  200: {
    description: "a line for each row that has a result, in their order",
    content: {
      "application/x-ndjson": { schema: UploadResultBody },
      "text/csv": { schema: Type.String({ description: "the same, with a header" }) },
    },
  },
};

/** Streams the results as NDJSON or, where the client likes it better, as CSV: as fast as it reads, page by page. */
export function answerResults(
  request: FastifyRequest,
  reply: FastifyReply,
  { pool, id, after }: { pool: Pool; id: string; after: number },
): FastifyReply {
  const isCsv = prefersCsv(request.headers.accept);
  const write = isCsv ? resultCsv : resultJson;
  async function* pages(): AsyncGenerator<string> {
    if (isCsv) yield RESULT_CSV_HEADER;
    for (let last = after; ;) {
      const rows = await readResults(pool, id, last, PAGE);
      if (rows.length > 0) yield rows.map(write).join("");
      if (rows.length < PAGE) return;
      last = rows.at(-1)?.row ?? last;
    }
  }
  const [extension, type] = isCsv
    ? ["csv", "text/csv; charset=utf-8; header=present"]
    : ["ndjson", "application/x-ndjson"];
  reply.header("vary", "accept").header("content-disposition", `attachment; filename="${id}.${extension}"`);
  return reply.type(type).send(Readable.from(pages(), { objectMode: false }));
}
