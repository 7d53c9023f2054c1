// Rule sets: drafts, and what can be read of versions.
import { Type } from "typebox";

import type { Access } from "../access/access.ts";
import type { Pool } from "../database/session.ts";
import { available } from "../database/transaction.ts";
import { pageBody, pageQuery, readLimit, readNumberAfter, toPage } from "../http/pages.ts";
import { isKnown } from "../http/preconditions.ts";
import { Problem, problemResponses } from "../http/problems.ts";
import { refuseOtherMethods } from "../http/server.ts";
import type { FastifyTypeBox } from "../http/types.ts";
import { compile } from "../rules/compile.ts";
import { activationBody, summaryBody, versionBody } from "./bodies.ts";
import { diffRuleSets } from "./diff.ts";
import { readDraft } from "./draft.ts";
import { VERSION_STATES } from "./lifecycle.ts";
import { findLive, findVersion, listActivations, listVersions, type StoredVersion } from "./repository.ts";
import * as schema from "./schema.ts";
import { versionTag, type Versions } from "./versions.ts";

/** Two hundred rules with expressions of their longest are less. */
const BODY_LIMIT = 1024 * 1024;

const tags = ["rule sets"];
export const VersionParams = Type.Object({ version: Type.String({ description: "number of the version" }) });
export const IfMatch = Type.Object({
  "if-match": Type.Optional(Type.String({ description: "the ETag of what was read" })),
});

export interface RuleSetParts {
  pool: Pool;
  versions: Versions;
  access: Access;
}

export function ruleSetRoutes(app: FastifyTypeBox, { pool, versions, access }: RuleSetParts): void {
  const { actorOf } = access;

  /** By number, or `live`. */
  async function read(name: string): Promise<StoredVersion> {
    const found = await available(async () => {
      const version = name === "live" ? await findLive(pool) : readVersion(name);
      return version && findVersion(pool, version);
    });
    if (!found) throw new Problem("rule_set_not_found");
    return found;
  }

  app.post(
    "/v1/rule-sets",
    {
      config: { access: ["author"] },
      bodyLimit: BODY_LIMIT,
      attachValidation: true,
      schema: {
        summary: "Make a draft",
        tags,
        body: schema.DraftBody,
        response: {
          201: schema.VersionBody,
          ...problemResponses({ 400: "the document is not a rule set that can run; every reason is told" }),
        },
      },
    },
    async (request, reply) => {
      const stored = await versions.create(actorOf(request), readDraft(request));
      reply.header("location", `/v1/rule-sets/${stored.version}`).header("etag", versionTag(stored));
      return reply.code(201).send(versionBody(stored));
    },
  );

  app.get(
    "/v1/rule-sets",
    {
      config: { access: ["viewer"] },
      schema: {
        summary: "List versions, newest first",
        tags,
        querystring: Type.Object(
          { ...pageQuery, state: Type.Optional(Type.Enum([...VERSION_STATES])) },
          { additionalProperties: false },
        ),
        response: { 200: pageBody(schema.VersionSummaryBody, "versions without their documents") },
      },
    },
    async ({ query: { state, limit, after } }) => {
      const most = readLimit(limit);
      const page = { state, after: readNumberAfter(after), limit: most + 1 };
      const found = await available(() => listVersions(pool, page));
      return toPage(found, most, { item: summaryBody, key: ({ version }) => String(version) });
    },
  );

  app.post(
    "/v1/rule-sets/validate",
    {
      config: { access: ["viewer"] },
      bodyLimit: BODY_LIMIT,
      attachValidation: true,
      schema: {
        summary: "Check a document without saving it",
        tags,
        body: schema.ValidateBody,
        response: {
          200: schema.ValidBody,
          ...problemResponses({ 400: "the document is not a rule set that can run; every reason is told" }),
        },
      },
    },
    (request) => {
      const { hash } = readDraft(request);
      const { aggregates, lists } = compile(request.body.document, 0);
      return { hash, aggregates: aggregates.length, lists: [...lists] };
    },
  );

  app.get(
    "/v1/rule-sets/history",
    {
      config: { access: ["viewer"] },
      schema: {
        summary: "List which version was live when, newest first",
        tags,
        querystring: Type.Object(pageQuery, { additionalProperties: false }),
        response: {
          200: pageBody(schema.ActivationBody, "one entry for each time that a version was made live"),
        },
      },
    },
    async ({ query: { limit, after } }) => {
      const most = readLimit(limit);
      const page = { after: readNumberAfter(after), limit: most + 1 };
      const found = await available(() => listActivations(pool, page));
      return toPage(found, most, { item: activationBody, key: ({ id }) => String(id) });
    },
  );

  app.get(
    "/v1/rule-sets/:version",
    {
      config: { access: ["viewer"] },
      schema: {
        summary: "Read a version by its number, or the live one as `live`",
        tags,
        params: VersionParams,
        response: {
          200: schema.VersionBody,
          304: Type.Null(),
          ...problemResponses({ 404: "there is no such version" }),
        },
      },
    },
    async (request, reply) => {
      const stored = await read(request.params.version);
      const etag = versionTag(stored);
      reply.header("etag", etag).header("cache-control", "private, no-cache");
      if (isKnown(request.headers["if-none-match"], etag)) return reply.code(304).send(null);
      return versionBody(stored);
    },
  );

  app.put(
    "/v1/rule-sets/:version",
    {
      config: { access: ["author"] },
      bodyLimit: BODY_LIMIT,
      attachValidation: true,
      schema: {
        summary: "Replace a draft",
        tags,
        params: VersionParams,
        headers: IfMatch,
        body: schema.DraftBody,
        response: {
          200: schema.VersionBody,
          ...problemResponses({
            400: "the document is not a rule set that can run; every reason is told",
            404: "there is no such version",
            409: "the version is no draft any more",
            412: "the draft has changed since it was read",
            428: "If-Match is missing",
          }),
        },
      },
    },
    async (request, reply) => {
      const stored = await versions.edit({
        actor: actorOf(request),
        version: readVersion(request.params.version),
        ifMatch: request.headers["if-match"],
        content: readDraft(request),
      });
      reply.header("etag", versionTag(stored));
      return versionBody(stored);
    },
  );

  app.get(
    "/v1/rule-sets/:version/diff",
    {
      config: { access: ["viewer"] },
      schema: {
        summary: "Tell what makes a version of another one",
        tags,
        params: VersionParams,
        querystring: Type.Object(
          {
            from: Type.Optional(
              Type.String({ description: "number of a version, or `live`, which it is unless told" }),
            ),
          },
          { additionalProperties: false },
        ),
        response: { 200: schema.DiffBody, ...problemResponses({ 404: "there is no such version" }) },
      },
    },
    async ({ params, query }) => {
      const [from, to] = [await read(query.from ?? "live"), await read(params.version)];
      return { from: from.version, to: to.version, ...diffRuleSets(from.document, to.document) };
    },
  );

  refuseOtherMethods(app, "/v1/rule-sets", ["GET", "HEAD", "POST"]);
  refuseOtherMethods(app, "/v1/rule-sets/validate", ["POST"]);
  refuseOtherMethods(app, "/v1/rule-sets/history", ["GET", "HEAD"]);
  refuseOtherMethods(app, "/v1/rule-sets/:version", ["GET", "HEAD", "PUT"]);
  refuseOtherMethods(app, "/v1/rule-sets/:version/diff", ["GET", "HEAD"]);
}

/** @throws rule_set_not_found for what is no number of a version */
export function readVersion(text: string): number {
  if (!/^[1-9][0-9]{0,8}$/.test(text)) throw new Problem("rule_set_not_found");
  return Number(text);
}
