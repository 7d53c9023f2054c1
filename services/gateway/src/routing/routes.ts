import { z } from "zod";

import { EXCHANGES } from "../../../proxy/src/exchanges.ts";

const KIB = 1024;
const GIB = 1024 ** 3;

/** Where requests go, by the beginning of their path. */
const RouteSchema = z.strictObject({
  /** With a slash at its end everything below it, without one itself alone. */
  path: z.string().regex(/^\/[!-~]*$/, "must be a path"),
  /** The service: `backend` is found at BACKEND_URL. */
  to: z.string().regex(/^[a-z][a-z0-9-]*$/, "must be the name of a service"),
  /** `anyone` needs no credentials whatever AUTHENTICATION says. */
  access: z.enum(["caller", "anyone"]).default("caller"),
  /** Whether a POST with an Idempotency-Key is carried out once, however often it comes, and may be repeated. */
  honoursKeys: z.boolean().default(false),
  /** How requests and answers come: see `Exchange`. */
  exchange: z.enum(EXCHANGES).default("call"),
  /** Bytes of a request's body. */
  mostBody: z
    .int()
    .min(0)
    .max(64 * GIB)
    .default(64 * KIB),
});
export type Route = z.output<typeof RouteSchema>;

const RoutesSchema = z.array(RouteSchema).min(1);

/** Whoever signs in, or verifies tokens, has no credentials yet, or needs none; the backend looks at what else is there. */
const FOR_ANYONE = [
  "/v1/sessions",
  "/v1/sessions/refresh",
  "/v1/people/sign-up",
  "/v1/people/sign-up/confirm",
  "/v1/graphql/schema",
  "/.well-known/jwks.json",
  "/openapi.json",
];

/** Of an API whose service is `backend`, as OpenAPI describes it. Where keys are not honoured they are no reason to repeat. */
const DEFAULTS: z.input<typeof RoutesSchema> = [
  { path: "/v1/", to: "backend", mostBody: 4 * KIB * KIB },
  { path: "/v1/transactions", to: "backend", honoursKeys: true },
  { path: "/v1/uploads", to: "backend", exchange: "upload", honoursKeys: true, mostBody: 2 * GIB },
  { path: "/v1/events", to: "backend", exchange: "events", mostBody: 0 },
  ...FOR_ANYONE.map((path) => ({ path, to: "backend", access: "anyone" }) as const),
];

/** @throws Error with everything that is wrong with the text. */
export function parseRoutes(text: string | undefined): readonly Route[] {
  const { data, error } = RoutesSchema.safeParse(text === undefined ? DEFAULTS : json(text));
  if (data) return data;
  throw new Error(
    error.issues.map(({ path, message }) => `${path.join(".") || "ROUTES"}: ${message}`).join("; "),
  );
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Finds the route with the longest path that a request's begins with. */
export function createRouter(routes: readonly Route[]): (path: string) => Route | undefined {
  const sorted = routes.toSorted((a, b) => b.path.length - a.path.length);
  return (path) =>
    sorted.find((route) => (route.path.endsWith("/") ? path.startsWith(route.path) : path === route.path));
}

/** `order-events` is ORDER_EVENTS_URL. */
export function urlVariable(service: string): string {
  return `${service.toUpperCase().replaceAll("-", "_")}_URL`;
}
