import type { FastifyDynamicSwaggerOptions } from "@fastify/swagger";
import type { FastifySchema, RouteOptions } from "fastify";

import type { RouteAccess } from "../access/access.ts";
import { headerRef, HEADERS, NAMED_SCHEMAS, SECURITY_SCHEMES, SHARED_RESPONSES, TAGS } from "./components.ts";

interface Parameter {
  in: "path" | "query" | "header";
  name: string;
  description?: string;
  required?: boolean;
  schema: object;
}

interface Response {
  description: string;
  headers?: object;
  content?: Record<string, { schema: object }>;
}

interface Operation {
  operationId?: string;
  description?: string;
  parameters?: Parameter[];
  requestBody?: object;
  responses: Record<string, Response | { $ref: string }>;
  security?: object[];
}

interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: Record<string, object>;
}

interface Route {
  readonly access: RouteAccess;
  readonly schema: FastifySchema;
}

/**
 * Options of @fastify/swagger, which lists the routes with their schemas. What the routes have in common is added here:
 * who may use them, the answers that any request may get, headers, and names for what is used more than once.
 */
export function describeApi(version: string): FastifyDynamicSwaggerOptions {
  const routes = new Map<string, Route>();
  return {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "Transaction validator",
        version,
        description:
          "Decides payment transactions, durably. Everything that is no success is `application/problem+json` (RFC 9457) with a code and reasons.",
        license: { name: "Apache-2.0", identifier: "Apache-2.0" } as never,
      },
      servers: [{ url: "/", description: "this service" }],
      tags: TAGS,
    },
    transform({ schema, url, route }) {
      remember(routes, route as RouteOptions, schema);
      return { schema, url };
    },
    transformObject(given) {
      if (!("openapiObject" in given)) return given.swaggerObject;
      const document = given.openapiObject as unknown as Document;
      for (const [path, methods] of Object.entries(document.paths)) {
        for (const [method, operation] of Object.entries(methods)) {
          const route = routes.get(`${method} ${path}`);
          if (route !== undefined) complete(operation, method, path, route);
        }
      }
      return nameSchemas(document) as never;
    },
  };
}

function remember(
  routes: Map<string, Route>,
  { method, url, config }: RouteOptions,
  schema: FastifySchema,
): void {
  const path = url.replaceAll(/:(\w+)/g, "{$1}");
  for (const each of [method].flat()) {
    routes.set(`${each.toLowerCase()} ${path}`, { access: config?.access ?? "anyone", schema });
  }
}

function complete(operation: Operation, method: string, path: string, { access, schema }: Route): void {
  operation.operationId = operationId(method, path);
  const isOpen = access === "anyone";
  operation.security = isOpen ? [] : [{ bearer: [] }, { apiKey: [] }];
  const roles = isOpen ? "For anyone." : `Takes the role ${access.join(" or ")}.`;
  operation.description = operation.description === undefined ? roles : `${operation.description} ${roles}`;

  const { responses } = operation;
  const [hasBody, hasInput] = [operation.requestBody !== undefined, (operation.parameters ?? []).length > 0];
  const mayGet = [
    ...(hasBody || hasInput ? [400] : []),
    ...(isOpen ? [] : [401, 403, 503]),
    ...(hasBody ? [408, 413, 415] : []),
    431,
    500,
  ] as (keyof typeof SHARED_RESPONSES)[];
  for (const status of mayGet) {
    responses[status] ??= { $ref: `#/components/responses/${SHARED_RESPONSES[status][0]}` };
  }
  completeParameters(operation, schema);
  completeResponses(operation, method, path);
}

/** `GET /v1/lists/{name}/values` is getListsByNameValues. */
function operationId(method: string, path: string): string {
  const words = path
    .replace(/^\/v\d+/, "")
    .split(/[/-]/)
    .filter((word) => word !== "")
    .map((word) => (word.startsWith("{") ? `By${capital(word.slice(1, -1))}` : capital(word)));
  return method + words.join("");
}

const capital = (word: string) => word.slice(0, 1).toUpperCase() + word.slice(1);

function completeParameters(operation: Operation, schema: FastifySchema): void {
  const places = { path: schema.params, query: schema.querystring, header: schema.headers };
  for (const parameter of operation.parameters ?? []) {
    const place = places[parameter.in] as { properties?: Record<string, object> } | undefined;
    const { description, ...rest } = (place?.properties?.[parameter.name] ?? {}) as { description?: string };
    parameter.schema = rest;
    parameter.description ??= description ?? `the ${parameter.name} of the resource`;
  }
  if (operation.responses["304"] !== undefined) {
    (operation.parameters ??= []).push({
      in: "header",
      name: "if-none-match",
      description: "the ETag of what is known already",
      required: false,
      schema: { type: "string" },
    });
  }
}

const DESCRIPTIONS: Readonly<Record<string, string>> = {
  200: "the answer",
  201: "it was made",
  202: "it was taken on",
  204: "it was done",
  304: "it is as it was known to be",
};

function completeResponses({ parameters = [], responses }: Operation, method: string, path: string): void {
  const isTagged = "304" in responses || parameters.some(({ name }) => name === "if-match");
  for (const [status, response] of Object.entries(responses)) {
    if ("$ref" in response) continue;
    if (response.description === "Default Response")
      response.description = DESCRIPTIONS[status] ?? "the answer";
    const headers = {
      ...(isTagged && /^(?:2|304)/.test(status) && headerRef("ETag")),
      ...(status === "201" && headerRef("Location")),
      ...((status === "503" || status === "429") && headerRef("Retry-After")),
      ...(status === "200" &&
        method === "post" &&
        path === "/v1/transactions" &&
        headerRef("Idempotent-Replayed")),
    };
    if (Object.keys(headers).length > 0) response.headers = headers;
  }
}

/** Puts a reference in the place of each schema that has a name; the document is a third as long. */
function nameSchemas({ components, ...document }: Document): object {
  // @fastify/swagger puts the examples of a body beside its schema.
  const spellings = Object.entries(NAMED_SCHEMAS).flatMap(([name, schema]) => {
    const { examples: _, ...bare } = schema as { examples?: unknown };
    return [schema, bare].map((each) => [JSON.stringify(spell(each)), name] as const);
  });
  const names = new Map(spellings);
  const shorten = (part: unknown, isTop = false): unknown => {
    if (typeof part !== "object" || part === null) return part;
    const name = isTop ? undefined : names.get(JSON.stringify(spell(part)));
    if (name !== undefined) return { $ref: `#/components/schemas/${name}` };
    if (Array.isArray(part)) return part.map((item) => shorten(item));
    return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, shorten(value)]));
  };
  const schemas = Object.fromEntries(
    Object.entries(NAMED_SCHEMAS).map(([name, schema]) => [name, shorten(spell(schema), true)]),
  );
  return {
    ...(shorten(document) as object),
    components: {
      ...components,
      schemas,
      responses: Object.fromEntries(Object.values(SHARED_RESPONSES)),
      headers: HEADERS,
      securitySchemes: SECURITY_SCHEMES,
    },
  };
}

/** One spelling for what @fastify/swagger and TypeBox write in different orders, and for a record of any names. */
function spell(part: unknown): unknown {
  if (typeof part !== "object" || part === null) return part;
  if (Array.isArray(part)) return part.map(spell);
  const entries = Object.entries(part).map(([key, value]) =>
    key === "patternProperties" && "^.*$" in (value as object)
      ? (["additionalProperties", (value as { "^.*$": unknown })["^.*$"]] as const)
      : ([key, value] as const),
  );
  return Object.fromEntries(
    entries.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => [key, spell(value)]),
  );
}
