// Backtests: asked for, looked at, cancelled; and their reports.
import { Type } from "typebox";

import type { Access } from "../access/access.ts";
import type { Pool } from "../database/session.ts";
import { available } from "../database/transaction.ts";
import { invalidAfter, pageBody, pageQuery, readLimit, toPage } from "../http/pages.ts";
import { Problem, problemResponses } from "../http/problems.ts";
import { refuseOtherMethods } from "../http/server.ts";
import type { FastifyTypeBox } from "../http/types.ts";
import type { BacktestActs } from "./acts.ts";
import { backtestBody } from "./bodies.ts";
import { answerReport, reportResponses } from "./report-answer.ts";
import { reportOf } from "./report.ts";
import { BACKTEST_STATES, findBacktest, findWithFindings, listBacktests } from "./repository.ts";
import * as schema from "./schema.ts";
import { readTimeRange } from "./time-range.ts";

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const tags = ["backtests"];
const BacktestParams = Type.Object({ id: Type.String({ description: "id of the backtest" }) });
const notFound = { 404: "there is no such backtest" };

export interface BacktestRoutesParts {
  pool: Pool;
  acts: BacktestActs;
  access: Access;
  /** A backtest waits to be run. */
  onRequested: () => void;
}

export function backtestRoutes(
  app: FastifyTypeBox,
  { pool, acts, access, onRequested }: BacktestRoutesParts,
): void {
  const { actorOf } = access;

  app.post(
    "/v1/backtests",
    {
      config: { access: ["author", "approver"] },
      schema: {
        summary: "Run a version over stored transactions",
        description:
          "Runs in the background, and changes nothing. The version is taken as it is now, also where it is a draft that is edited later.",
        tags,
        body: schema.NewBacktestBody,
        response: {
          202: schema.BacktestBody,
          ...problemResponses({
            400: "the time is none, or the version cannot run on this version of the service",
            404: "there is no such version",
            409: "the version names lists that are not there, or too many backtests wait",
          }),
        },
      },
    },
    async (request, reply) => {
      const { version, sample = 1, ...given } = request.body;
      const wanted = { version, sample, ...readTimeRange(given, Date.now()) };
      const backtest = await acts.request(actorOf(request), wanted);
      onRequested();
      return reply
        .code(202)
        .header("location", `/v1/backtests/${backtest.id}`)
        .send(backtestBody(backtest, Date.now()));
    },
  );

  app.get(
    "/v1/backtests",
    {
      config: { access: ["viewer"] },
      schema: {
        summary: "List backtests, newest first",
        tags,
        querystring: Type.Object(
          { ...pageQuery, state: Type.Optional(Type.Enum([...BACKTEST_STATES])) },
          { additionalProperties: false },
        ),
        response: { 200: pageBody(schema.BacktestBody, "backtests") },
      },
    },
    async ({ query: { state, limit, after } }) => {
      const most = readLimit(limit);
      if (after !== undefined && !UUID.test(after)) throw invalidAfter();
      const found = await available(() => listBacktests(pool, { state, after, limit: most + 1 }));
      const now = Date.now();
      return toPage(found, most, { item: (backtest) => backtestBody(backtest, now), key: ({ id }) => id });
    },
  );

  app.get(
    "/v1/backtests/:id",
    {
      config: { access: ["viewer"] },
      schema: {
        summary: "Read how far a backtest has come",
        tags,
        params: BacktestParams,
        response: { 200: schema.BacktestBody, ...problemResponses(notFound) },
      },
    },
    async ({ params }) => {
      const id = readId(params.id);
      const found = await available(() => findBacktest(pool, id));
      if (found === undefined) throw new Problem("backtest_not_found");
      return backtestBody(found, Date.now());
    },
  );

  app.delete(
    "/v1/backtests/:id",
    {
      config: { access: ["author", "approver"] },
      schema: {
        summary: "Cancel a backtest",
        description: "It stays in the list, without a report.",
        tags,
        params: BacktestParams,
        response: {
          200: schema.BacktestBody,
          ...problemResponses({ ...notFound, 409: "it is done, or has failed" }),
        },
      },
    },
    async (request) =>
      backtestBody(await acts.cancel(actorOf(request), readId(request.params.id)), Date.now()),
  );

  app.get(
    "/v1/backtests/:id/report",
    {
      config: { access: ["viewer"] },
      schema: {
        summary: "Read what a backtest has found, as JSON or CSV",
        tags,
        params: BacktestParams,
        response: {
          ...reportResponses,
          ...problemResponses({ ...notFound, 409: "it is not done" }),
        },
      },
    },
    async (request, reply) => {
      const id = readId(request.params.id);
      const found = await available(() => findWithFindings(pool, id));
      if (found === undefined) throw new Problem("backtest_not_found");
      const { state, accumulated } = found;
      if (state !== "done" || accumulated === null) throw notDone(state);
      return answerReport(request, reply, reportOf(found, accumulated)) as never;
    },
  );

  refuseOtherMethods(app, "/v1/backtests", ["GET", "HEAD", "POST"]);
  refuseOtherMethods(app, "/v1/backtests/:id", ["DELETE", "GET", "HEAD"]);
  refuseOtherMethods(app, "/v1/backtests/:id/report", ["GET", "HEAD"]);
}

function notDone(state: string): Problem {
  return new Problem("backtest_not_done", [
    { code: "backtest_not_done", message: `is ${state}`, pointer: "" },
  ]);
}

function readId(text: string): string {
  if (!UUID.test(text)) throw new Problem("backtest_not_found");
  return text.toLowerCase();
}
