// What shadows would have decided.
import { Type } from "typebox";

import type { Pool } from "../database/session.ts";
import { available } from "../database/transaction.ts";
import { Problem, problemResponses } from "../http/problems.ts";
import { refuseOtherMethods } from "../http/server.ts";
import type { FastifyTypeBox } from "../http/types.ts";
import { findVersion } from "../rule-sets/repository.ts";
import { readVersion, VersionParams } from "../rule-sets/routes.ts";
import type { Ask } from "./past-decisions.ts";
import { answerReport, reportResponses } from "./report-answer.ts";
import type { Report } from "./report-schema.ts";
import * as schema from "./schema.ts";
import { countShadowed, MOST_SHADOWED, shadowReport } from "./shadow-report.ts";
import { readTimeRange } from "./time-range.ts";

export interface ShadowRoutesParts {
  pool: Pool;
  ask: Ask;
}

const path = "/v1/rule-sets/:version/shadow-report";

export function shadowRoutes(app: FastifyTypeBox, { pool, ask }: ShadowRoutesParts): void {
  let latest: Promise<unknown> = Promise.resolve();

  /** One report at a time: decisions need the processor too. */
  function inTurn(make: () => Promise<Report>): Promise<Report> {
    const report = latest.then(make);
    latest = report.catch(() => {});
    return report;
  }

  app.get(
    path,
    {
      config: { access: ["viewer"] },
      schema: {
        summary: "Compare what a shadow would have decided with what was decided, as JSON or CSV",
        description: `Of at most ${MOST_SHADOWED} transactions. Shadows are evaluated by the way: some transactions may be missing.`,
        tags: ["rule sets"],
        params: VersionParams,
        querystring: Type.Object(schema.TIME_RANGE, { additionalProperties: false }),
        response: {
          ...reportResponses,
          ...problemResponses({
            400: "the time is none, or has too many transactions",
            404: "there is no such version",
          }),
        },
      },
    },
    async (request, reply) => {
      const version = readVersion(request.params.version);
      const range = { version, ...readTimeRange(request.query, Date.now()) };
      const report = await available(async () => {
        const stored = await findVersion(pool, version);
        if (stored === undefined) throw new Problem("rule_set_not_found");
        if ((await countShadowed(ask, range)) > MOST_SHADOWED) throw tooMany();
        return inTurn(() => shadowReport(ask, stored, range));
      });
      return answerReport(request, reply, report) as never;
    },
  );

  refuseOtherMethods(app, path, ["GET", "HEAD"]);
}

function tooMany(): Problem {
  const message = `begins a time with more than ${MOST_SHADOWED} transactions: ask for a shorter one`;
  return new Problem("invalid_request", [{ code: "range_too_large", message, pointer: "/from" }]);
}
