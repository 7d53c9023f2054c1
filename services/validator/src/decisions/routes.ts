import { Type } from "typebox";

import { persist, within } from "../database/backoff.ts";
import { isFaultOfRows, StoreUnavailable } from "../database/errors.ts";
import { invalidAfter, pageBody, pageQuery, readLimit, toPage } from "../http/pages.ts";
import { Problem, problemResponses } from "../http/problems.ts";
import { refuseOtherMethods } from "../http/server.ts";
import type { FastifyTypeBox } from "../http/types.ts";
import { parseDateTime } from "../transactions/checks/date-time.ts";
import { OUTCOMES, refusal } from "../transactions/reasons.ts";
import { StoredTransactionBody, TEXT_PATTERN } from "../transactions/schema.ts";
import type { DecisionReader } from "./reader.ts";
import { replay, ReplayBody, type FindRuleSet } from "./replay.ts";
import { answerWith } from "./row.ts";

export interface DecisionParts {
  reader: DecisionReader;
  findRuleSet: FindRuleSet;
  /** Version of this service. */
  engine: string;
  /** Milliseconds that a read may take, with its repetitions. */
  deadline: number;
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export function decisionRoutes(app: FastifyTypeBox, parts: DecisionParts): void {
  const { reader, findRuleSet, engine, deadline } = parts;

  async function read<T>(question: () => Promise<T>): Promise<T> {
    const reading = persist(question, { deadline, isFinal: isFaultOfRows });
    try {
      return await within(deadline, reading, () => new StoreUnavailable());
    } catch (error) {
      throw isFaultOfRows(error) ? error : new StoreUnavailable(error);
    }
  }

  async function readOne<T>(id: string, find: (id: string) => Promise<T | undefined>): Promise<T> {
    const found = UUID.test(id) ? await read(() => find(id)) : undefined;
    if (found === undefined) throw new Problem("transaction_not_found");
    return found;
  }

  app.get(
    "/v1/transactions",
    {
      config: { access: ["viewer"] },
      schema: {
        summary: "List transactions and their decisions, newest first",
        tags: ["transactions"],
        querystring: ListQuery,
        response: {
          200: pageBody(StoredTransactionBody, "a page of transactions and their decisions"),
          ...problemResponses({
            400: "the query is not one",
            503: "the store did not answer in time: ask for a shorter time",
          }),
        },
      },
    },
    async ({ query: { outcome, account, from, to, after, limit } }, reply) => {
      if (after !== undefined && !UUID.test(after)) throw invalidAfter();
      const size = readLimit(limit);
      const filter = {
        outcome,
        account,
        before: after,
        from: readTime(from, "/from"),
        to: readTime(to, "/to"),
      };
      const found = await read(() => reader.list({ ...filter, limit: size + 1 }));
      const { items, next } = toPage(found, size, {
        item: (decision) => answerWith(decision, decision.transaction),
        key: ({ id }) => id,
      });
      reply.header("content-type", "application/json; charset=utf-8");
      return `{"items":[${items.join(",")}],"next":${JSON.stringify(next)}}` as never;
    },
  );

  app.get(
    "/v1/transactions/:id",
    {
      config: { access: ["viewer", "submitter"] },
      schema: {
        summary: "Read a transaction and its decision",
        tags: ["transactions"],
        params: IdParams,
        response: { 200: StoredTransactionBody, 304: Type.Null(), ...readProblems },
      },
    },
    async (request, reply) => {
      const found = await readOne(request.params.id, reader.find);
      // A decision never changes, so its id would do; the fingerprint says it of the transaction as well.
      const etag = `"${found.fingerprint}"`;
      reply.header("etag", etag);
      reply.header("cache-control", "private, no-cache");
      if (request.headers["if-none-match"] === etag) return reply.code(304).send(null);
      reply.header("content-type", "application/json; charset=utf-8");
      return answerWith(found, found.transaction) as never;
    },
  );

  app.get(
    "/v1/transactions/:id/replay",
    {
      config: { access: ["viewer"] },
      schema: {
        summary: "Make a decision again, by what it was based on then",
        description:
          "The stored transaction, the recorded facts and the very version of the rule set are evaluated again; nothing is stored.",
        tags: ["transactions"],
        params: IdParams,
        response: {
          200: ReplayBody,
          ...readProblems,
          ...problemResponses({
            409: "the decision, or the rule set that made it, is not there to be replayed",
          }),
        },
      },
    },
    async (request) => {
      const recorded = await readOne(request.params.id, reader.findRecorded);
      const { ruleSet } = recorded;
      const version = ruleSet === null ? undefined : await read(() => findRuleSet(ruleSet));
      return replay(recorded, version, engine);
    },
  );

  refuseOtherMethods(app, "/v1/transactions", ["GET", "HEAD", "POST"]);
  refuseOtherMethods(app, "/v1/transactions/:id", ["GET", "HEAD"]);
  refuseOtherMethods(app, "/v1/transactions/:id/replay", ["GET", "HEAD"]);
}

const IdParams = Type.Object({ id: Type.String() });

const readProblems = problemResponses({
  404: "there is no such transaction",
  503: "the store did not answer in time",
});

const time = (description: string) => Type.Optional(Type.String({ maxLength: 64, description }));

const ListQuery = Type.Object(
  {
    ...pageQuery,
    outcome: Type.Optional(Type.Enum([...OUTCOMES])),
    account: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 42,
        pattern: TEXT_PATTERN,
        description: "IBAN or other number of the debtor's or the creditor's account",
      }),
    ),
    from: time("RFC 3339 date-time: received then or later"),
    to: time("RFC 3339 date-time: received before"),
  },
  { additionalProperties: false },
);

function readTime(text: string | undefined, pointer: string): number | undefined {
  if (text === undefined) return undefined;
  const milliseconds = parseDateTime(text);
  if (milliseconds === undefined)
    throw new Problem("invalid_request", [refusal("date_time_invalid", pointer)]);
  return milliseconds;
}
