// Bodies of the API of business figures.
import { Type } from "typebox";

import { OUTCOMES } from "../transactions/reasons.ts";

const Currency = Type.String({ description: "ISO 4217 code" });
const minorUnits = (description: string) =>
  Type.String({
    pattern: "^[0-9]+$",
    description: `whole minor units (EUR: cents), in digits: ${description}`,
  });

const DayBody = Type.Object(
  {
    day: Type.String({ format: "date", description: "from midnight to midnight, UTC" }),
    finished: Type.Boolean({
      description: "whether nothing can come in any more: it was looked at a day later",
    }),
    signUps: Type.Integer({ minimum: 0, description: "people who signed up, each once" }),
    transactions: Type.Object(
      Object.fromEntries(OUTCOMES.map((outcome) => [outcome, Type.Integer({ minimum: 0 })])),
      { description: "that were decided, by outcome" },
    ),
    volume: Type.Array(
      Type.Object({
        currency: Currency,
        decided: minorUnits("of all transactions"),
        approved: minorUnits("of those that were approved"),
      }),
    ),
    revenue: Type.Optional(
      Type.Array(Type.Object({ currency: Currency, amount: minorUnits("rounded once, half to even") }), {
        description:
          "what the decisions earned, in currencies that have a fee; absent where no fees are known",
      }),
    ),
  },
  { description: "a UTC day" },
);

export const DaysBody = Type.Object(
  {
    items: Type.Array(DayBody, { description: "every day, oldest first" }),
    countedTo: Type.String({
      format: "date-time",
      description: "what was decided before is in the figures, but for what comes in late",
    }),
  },
  { description: "business figures by day" },
);
