// Value lists: made, changed in bulk, and read in pages.
import { Type } from "typebox";

import type { Access } from "../access/access.ts";
import type { Pool } from "../database/session.ts";
import { available } from "../database/transaction.ts";
import { pageBody, pageQuery, readLimit, toPage } from "../http/pages.ts";
import { isKnown } from "../http/preconditions.ts";
import { Problem, problemResponses } from "../http/problems.ts";
import { refuseOtherMethods } from "../http/server.ts";
import type { FastifyTypeBox } from "../http/types.ts";
import { LIST_NAME_PATTERN } from "../rules/document.ts";
import { listBody, listChangeBody, listedValueBody } from "./bodies.ts";
import { findList, listLists, listValues } from "./list-repository.ts";
import { listTag, type Lists } from "./lists.ts";
import { IfMatch } from "./routes.ts";
import * as schema from "./schema.ts";

/** Ten thousand values of their longest, in an alphabet that takes two bytes a letter, are more than this. */
const BODY_LIMIT = 2 * 1024 * 1024;

const tags = ["value lists"];
const ListParams = Type.Object({ name: Type.String({ description: "name of the list" }) });
const LIST_NAME = new RegExp(LIST_NAME_PATTERN);
const notFound = { 404: "there is no such list" };
const tooLarge = { 409: "the list would be larger than lists may be" };
const changed = { 412: "the list has changed since it was read" };

export interface ListParts {
  pool: Pool;
  lists: Lists;
  access: Access;
}

export function listRoutes(app: FastifyTypeBox, { pool, lists, access }: ListParts): void {
  const { actorOf } = access;

  async function read(name: string) {
    const found = await available(() => findList(pool, readName(name)));
    if (found === undefined) throw new Problem("list_not_found");
    return found;
  }

  app.post(
    "/v1/lists",
    {
      config: { access: ["author"] },
      bodyLimit: BODY_LIMIT,
      schema: {
        summary: "Make a list",
        tags,
        body: schema.NewListBody,
        response: { 201: schema.ListBody, ...problemResponses({ 409: "there is a list of this name" }) },
      },
    },
    async (request, reply) => {
      const { name, description = "", values = [] } = request.body;
      const list = await lists.create(actorOf(request), { name, description, values });
      reply.header("location", `/v1/lists/${name}`).header("etag", listTag(list));
      return reply.code(201).send(listBody(list));
    },
  );

  app.get(
    "/v1/lists",
    {
      config: { access: ["viewer"] },
      schema: {
        summary: "List the lists by name",
        tags,
        querystring: Type.Object(pageQuery, { additionalProperties: false }),
        response: { 200: pageBody(schema.ListBody, "lists without their values") },
      },
    },
    async ({ query: { limit, after = "" } }) => {
      const most = readLimit(limit);
      const found = await available(() => listLists(pool, { after, limit: most + 1 }));
      return toPage(found, most, { item: listBody, key: ({ name }) => name });
    },
  );

  app.get(
    "/v1/lists/:name",
    {
      config: { access: ["viewer"] },
      schema: {
        summary: "Read what is known of a list",
        tags,
        params: ListParams,
        response: { 200: schema.ListBody, 304: Type.Null(), ...problemResponses(notFound) },
      },
    },
    async (request, reply) => {
      const list = await read(request.params.name);
      reply.header("etag", listTag(list)).header("cache-control", "private, no-cache");
      if (isKnown(request.headers["if-none-match"], listTag(list))) return reply.code(304).send(null);
      return listBody(list);
    },
  );

  app.get(
    "/v1/lists/:name/values",
    {
      config: { access: ["viewer"] },
      schema: {
        summary: "Read the values of a list in order",
        tags,
        params: ListParams,
        querystring: Type.Object(pageQuery, { additionalProperties: false }),
        response: { 200: pageBody(schema.ListedValueBody, "values"), ...problemResponses(notFound) },
      },
    },
    async ({ params: { name }, query: { limit, after = "" } }) => {
      const most = readLimit(limit);
      await read(name);
      const found = await available(() => listValues(pool, { name, after, limit: most + 1 }));
      return toPage(found, most, { item: listedValueBody, key: ({ value }) => value });
    },
  );

  app.patch(
    "/v1/lists/:name/values",
    {
      config: { access: ["author"] },
      bodyLimit: BODY_LIMIT,
      schema: {
        summary: "Add values and remove values, in one step",
        description: "A value in both is removed.",
        tags,
        params: ListParams,
        headers: IfMatch,
        body: schema.ChangeValuesBody,
        response: {
          200: schema.ListChangeBody,
          ...problemResponses({ ...notFound, ...tooLarge, ...changed }),
        },
      },
    },
    async (request, reply) => {
      const { add = [], remove = [] } = request.body;
      const ifMatch = request.headers["if-match"];
      const made = await lists.change({
        actor: actorOf(request),
        name: readName(request.params.name),
        ifMatch,
        add,
        remove,
      });
      reply.header("etag", listTag(made.list));
      return listChangeBody(made);
    },
  );

  app.put(
    "/v1/lists/:name/values",
    {
      config: { access: ["author"] },
      bodyLimit: BODY_LIMIT,
      schema: {
        summary: "Replace all values of a list",
        tags,
        params: ListParams,
        headers: IfMatch,
        body: schema.ReplaceValuesBody,
        response: {
          200: schema.ListChangeBody,
          ...problemResponses({
            409: "the list is too long to be replaced at once",
            428: "If-Match is missing",
            ...notFound,
            ...changed,
          }),
        },
      },
    },
    async (request, reply) => {
      const { values } = request.body;
      const ifMatch = request.headers["if-match"];
      const made = await lists.replace({
        actor: actorOf(request),
        name: readName(request.params.name),
        ifMatch,
        values,
      });
      reply.header("etag", listTag(made.list));
      return listChangeBody(made);
    },
  );

  refuseOtherMethods(app, "/v1/lists", ["GET", "HEAD", "POST"]);
  refuseOtherMethods(app, "/v1/lists/:name", ["GET", "HEAD"]);
  refuseOtherMethods(app, "/v1/lists/:name/values", ["GET", "HEAD", "PATCH", "PUT"]);
}

/** @throws list_not_found for what is no name of a list */
function readName(text: string): string {
  if (!LIST_NAME.test(text)) throw new Problem("list_not_found");
  return text;
}
