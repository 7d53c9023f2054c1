// People, as administrators see and change them.
import type { FastifyReply, FastifyRequest } from "fastify";
import { Type } from "typebox";

import type { Access } from "../access/access.ts";
import type { KeyDirectory } from "../access/key-directory.ts";
import { isReserved } from "../access/principal.ts";
import type { Pool, Session } from "../database/session.ts";
import { available, inTransaction } from "../database/transaction.ts";
import { pageBody, pageQuery, readLimit, toPage } from "../http/pages.ts";
import { requireMatch } from "../http/preconditions.ts";
import { Problem, problemResponses } from "../http/problems.ts";
import { refuseOtherMethods } from "../http/server.ts";
import type { FastifyTypeBox } from "../http/types.ts";
import { refusal } from "../transactions/reasons.ts";
import { changeRoles, invite, lock, reset, unlock } from "./administration.ts";
import { invitedBody, personBody } from "./bodies.ts";
import { findPerson, listPeople, type StoredPerson } from "./person-repository.ts";
import * as schema from "./schema.ts";
import type { Sessions } from "./sessions.ts";

const tags = ["people"];
const path = "/v1/people/:name";
const NAME = new RegExp(schema.NAME_PATTERN);
const PersonParams = Type.Object({ name: Type.String({ description: "name of the person" }) });
const IfMatch = Type.Object({
  "if-match": Type.Optional(Type.String({ description: "the ETag of what was read" })),
});
const notFound = { 404: "there is no such person" };
const yourself = { 403: "nobody does this to themselves" };
/** They would be addresses of something else. */
const RESERVED = new Set(["me", "sign-up"]);

export interface PeopleRoutesParts {
  pool: Pool;
  access: Access;
  directory: KeyDirectory;
  sessions: Sessions;
  now: () => number;
  onLocked: (person: string, actor: string) => Promise<void>;
}

export function peopleRoutes(
  app: FastifyTypeBox,
  { pool, access, directory, sessions, now, onLocked }: PeopleRoutesParts,
): void {
  const { actorOf } = access;
  const config = { access: ["administrator"] as const };
  const change = <T>(make: (client: Session) => Promise<T>) => inTransaction(pool, "write", make);

  app.post(
    "/v1/people",
    {
      config,
      compress: false,
      schema: {
        summary: "Invite a person to sign up",
        description: "The answer holds the invitation, which is not shown again.",
        tags,
        body: schema.NewPersonBody,
        response: {
          201: schema.InvitedBody,
          ...problemResponses({ 400: "the name is reserved", 409: "there is a person of this name" }),
        },
      },
    },
    async (request, reply) => {
      const { name } = request.body;
      if (isReserved(name) || RESERVED.has(name))
        throw new Problem("invalid_request", [refusal("wrong_format", "/name")]);
      const actor = actorOf(request);
      const invited = await change((client) => invite(client, actor, request.body, now()));
      reply.header("location", `/v1/people/${encodeURIComponent(name)}`);
      return reply.code(201).send(invitedBody(invited));
    },
  );

  app.get(
    "/v1/people",
    {
      config,
      schema: {
        summary: "List people by name",
        tags,
        querystring: Type.Object(pageQuery, { additionalProperties: false }),
        response: { 200: pageBody(schema.PersonBody, "people") },
      },
    },
    async ({ query: { limit, after = "" } }) => {
      const most = readLimit(limit);
      const found = await available(() => listPeople(pool, { after, limit: most + 1 }));
      return toPage(found, most, { item: personBody, key: ({ name }) => name });
    },
  );

  app.get(
    path,
    {
      config,
      schema: {
        summary: "Read a person",
        tags,
        params: PersonParams,
        response: { 200: schema.PersonBody, ...problemResponses(notFound) },
      },
    },
    async (request, reply) => {
      const found = await available(() => findPerson(pool, nameOf(request)));
      if (found === undefined) throw new Problem("person_not_found");
      return answer(reply, found);
    },
  );

  app.put(
    `${path}/roles`,
    {
      config,
      schema: {
        summary: "Change what a person may do",
        description:
          "It counts at once for what the person changes, and with the next access token, within five minutes, for what they read.",
        tags,
        params: PersonParams,
        headers: IfMatch,
        body: schema.RolesBody,
        response: {
          200: schema.PersonBody,
          ...problemResponses({
            409: "nobody would be left who can invite others",
            412: "the person has changed since it was read",
            428: "If-Match is missing",
            ...notFound,
            ...yourself,
          }),
        },
      },
    },
    async (request, reply) => {
      const [actor, name] = [actorOf(request), nameOf(request)];
      const check = (person: StoredPerson) => requireMatch(request.headers["if-match"], tagOf(person));
      return answer(
        reply,
        await change((client) => changeRoles(client, actor, { name, roles: request.body.roles, check })),
      );
    },
  );

  app.post(
    `${path}/lock`,
    {
      config,
      schema: {
        summary: "Let a person in no more",
        description:
          "Ends sessions, and for good the API keys of this owner; their cases go back to the queue. An access token changes nothing any more, and reads for five minutes at most.",
        tags,
        params: PersonParams,
        body: schema.ReasonBody,
        response: {
          200: schema.PersonBody,
          ...problemResponses({
            409: "nobody would be left who can invite others",
            ...notFound,
            ...yourself,
          }),
        },
      },
    },
    async (request, reply) => {
      const [actor, name] = [actorOf(request), nameOf(request)];
      const { person, forget } = await change(async (client) => ({
        person: await lock(client, actor, name, request.body.reason),
        forget: await sessions.endAll(client, name, "locked"),
      }));
      await Promise.all([forget(), directory.refresh(), onLocked(name, actor)]);
      return answer(reply, person);
    },
  );

  app.post(
    `${path}/unlock`,
    {
      config,
      schema: {
        summary: "Let a locked person in again",
        tags,
        params: PersonParams,
        body: schema.ReasonBody,
        response: { 200: schema.PersonBody, ...problemResponses({ ...notFound, ...yourself }) },
      },
    },
    async (request, reply) => {
      const [actor, name] = [actorOf(request), nameOf(request)];
      return answer(reply, await change((client) => unlock(client, actor, name, request.body.reason)));
    },
  );

  app.post(
    `${path}/reset`,
    {
      config,
      compress: false,
      schema: {
        summary: "Have a person sign up again, who has lost password, authenticator or both",
        description:
          "What was there proves nobody any more, and sessions end. The invitation is not shown again.",
        tags,
        params: PersonParams,
        body: schema.ReasonBody,
        response: {
          201: schema.InvitedBody,
          ...problemResponses({
            409: "nobody would be left who can invite others",
            ...notFound,
            ...yourself,
          }),
        },
      },
    },
    async (request, reply) => {
      const [actor, name] = [actorOf(request), nameOf(request)];
      const { invited, forget } = await change(async (client) => ({
        invited: await reset(client, actor, { name, reason: request.body.reason }, now()),
        forget: await sessions.endAll(client, name, "reset"),
      }));
      await forget();
      reply.header("location", `/v1/people/${encodeURIComponent(name)}`);
      return reply.code(201).send(invitedBody(invited));
    },
  );

  refuseOtherMethods(app, "/v1/people", ["GET", "HEAD", "POST"]);
  refuseOtherMethods(app, path, ["GET", "HEAD"]);
  refuseOtherMethods(app, `${path}/roles`, ["PUT"]);
  for (const act of ["lock", "unlock", "reset"]) refuseOtherMethods(app, `${path}/${act}`, ["POST"]);
}

/** What is no name is nobody's, and may be nothing that the database takes. */
function nameOf(request: FastifyRequest): string {
  const { name } = request.params as { name: string };
  if (!NAME.test(name)) throw new Problem("person_not_found");
  return name;
}

const tagOf = ({ name, revision }: StoredPerson) => `"${name}.${revision}"`;

function answer(reply: FastifyReply, person: StoredPerson) {
  reply.header("etag", tagOf(person));
  return personBody(person);
}
