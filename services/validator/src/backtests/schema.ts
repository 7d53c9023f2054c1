// Bodies of the API of backtests.
import { Type } from "typebox";

import { RuleSetNameBody } from "../transactions/schema.ts";
import { FAILURES } from "./failure.ts";
import { BACKTEST_STATES } from "./repository.ts";

const nullable = <Schema extends Type.TSchema>(schema: Schema) => Type.Union([schema, Type.Null()]);
const time = (description: string) => Type.String({ format: "date-time", description });
const givenTime = (description: string) => Type.String({ maxLength: 64, description });

export const TIME_RANGE = {
  from: givenTime("RFC 3339 date-time: transactions received then or later"),
  to: givenTime("RFC 3339 date-time: transactions received before"),
};

export const NewBacktestBody = Type.Object(
  {
    version: Type.Integer({
      minimum: 1,
      maximum: 999_999_999,
      description: "number of the version, a draft or any other",
    }),
    from: TIME_RANGE.from,
    to: givenTime("RFC 3339 date-time: transactions received before; what is to come counts as now"),
    sample: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        maximum: 1,
        description: "share of the transactions to evaluate; 1 unless told",
      }),
    ),
  },
  {
    additionalProperties: false,
    examples: [{ version: 2, from: "2026-02-01T00:00:00Z", to: "2026-02-08T00:00:00Z", sample: 0.1 }],
  },
);

export const BacktestBody = Type.Object(
  {
    id: Type.String({ format: "uuid" }),
    state: Type.Enum([...BACKTEST_STATES]),
    ruleSet: RuleSetNameBody,
    from: time("transactions received then or later"),
    to: time("transactions received before"),
    sample: Type.Number({ description: "share of the transactions that is evaluated" }),
    requestedBy: Type.String(),
    requestedAt: time("when it was asked for"),
    startedAt: nullable(time("when it first ran")),
    endedAt: nullable(time("when it was done, failed or was cancelled")),
    progress: Type.Object({
      done: Type.Integer({ description: "transactions read, in the sample or not" }),
      total: Type.Union([Type.Integer(), Type.Null()], {
        description: "transactions of the time; null before they are counted",
      }),
      rate: Type.Union([Type.Number(), Type.Null()], {
        description: "transactions a second; null where it is not known",
      }),
      estimatedEnd: nullable(time("if it goes on like this; null where nothing is known")),
    }),
    failure: nullable(
      Type.Object({
        code: Type.Enum(Object.keys(FAILURES) as (keyof typeof FAILURES)[]),
        message: Type.String({ description: "what happened, and what to do" }),
      }),
    ),
  },
  { description: "a version of the rule set run over stored transactions" },
);
