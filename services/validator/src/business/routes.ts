// Business figures: who came, what was decided, and what it earned.
import { Type } from "typebox";

import type { Pool } from "../database/session.ts";
import { Problem, problemResponses } from "../http/problems.ts";
import { refuseOtherMethods } from "../http/server.ts";
import type { FastifyTypeBox } from "../http/types.ts";
import { DAY, dayOf, startOf } from "./days.ts";
import type { FeeSchedule } from "./fees.ts";
import { type DayReport, reportDays } from "./report.ts";
import * as schema from "./schema.ts";

/** Days of one answer. */
const MOST_DAYS = 366;
/** Days that are told unless asked otherwise, today included. */
const USUAL_DAYS = 30;

const day = (description: string) =>
  Type.Optional(Type.String({ maxLength: 64, description: `UTC day, such as 2026-11-21: ${description}` }));

export interface BusinessRoutesParts {
  readonly pool: Pool;
  readonly fees: FeeSchedule | undefined;
  readonly now: () => number;
}

export function businessRoutes(app: FastifyTypeBox, { pool, fees, now }: BusinessRoutesParts): void {
  app.get(
    "/v1/business/days",
    {
      config: { access: ["viewer"] },
      schema: {
        summary: "Read sign-ups, transactions, volume and revenue by day",
        description: `At most ${MOST_DAYS} days.`,
        tags: ["business"],
        querystring: Type.Object(
          {
            from: day(`the first one; ${USUAL_DAYS - 1} days before the last unless told`),
            to: day("the last one; today unless told"),
          },
          { additionalProperties: false },
        ),
        response: {
          200: schema.DaysBody,
          ...problemResponses({ 503: "the store did not answer in time: ask for fewer days" }),
        },
      },
    },
    async ({ query: { from, to } }) => {
      const last = read(to, "/to") ?? (startOf(dayOf(now())) as number);
      const first = read(from, "/from") ?? Math.max(0, last - (USUAL_DAYS - 1) * DAY);
      if (first > last) throw invalid("is later than the last day", "/from");
      if (last - first >= MOST_DAYS * DAY)
        throw invalid(`is more than ${MOST_DAYS} days before the last`, "/from");
      const { countedTo, days } = await reportDays(pool, { first, last, fees });
      return { items: days.map(dayBody), countedTo: new Date(countedTo).toISOString() };
    },
  );

  refuseOtherMethods(app, "/v1/business/days", ["GET", "HEAD"]);
}

function read(text: string | undefined, pointer: string): number | undefined {
  if (text === undefined) return undefined;
  const start = startOf(text);
  if (start === undefined) throw invalid("is not a day such as 2026-11-21", pointer);
  return start;
}

function invalid(message: string, pointer: string): Problem {
  return new Problem("invalid_request", [{ code: "wrong_format", message, pointer }]);
}

function dayBody({ day: name, isFinished, signUps, transactions, volume, revenue }: DayReport) {
  return {
    day: name,
    finished: isFinished,
    signUps,
    transactions: Object.fromEntries(
      Object.entries(transactions).map(([outcome, count]) => [outcome, Number(count)]),
    ),
    volume: volume.map(({ currency, decided, approved }) => ({
      currency,
      decided: String(decided),
      approved: String(approved),
    })),
    ...(revenue && {
      revenue: revenue.map(({ currency, amount }) => ({ currency, amount: String(amount) })),
    }),
  };
}
