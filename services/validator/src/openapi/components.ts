// What many operations of the API's description share: named schemas, and answers that any request may get.
import type { TSchema } from "typebox";

import { KeyBody, MadeKeyBody } from "../access/schema.ts";
import { CaseBody } from "../cases/schema.ts";
import { ReplayBody } from "../decisions/replay.ts";
import { WebhookBody } from "../events/schema.ts";
import { PersonBody } from "../people/schema.ts";
import { TokensBody } from "../people/session-schema.ts";
import { ProblemBody } from "../http/problems.ts";
import * as ruleSets from "../rule-sets/schema.ts";
import { RuleSetDocument } from "../rules/document.ts";
import { ClearanceBody } from "../screening/schema.ts";
import { DecisionBody, ReasonBody, StoredTransactionBody, TransactionBody } from "../transactions/schema.ts";

/** Schemas by the names that generated clients show. */
export const NAMED_SCHEMAS: Readonly<Record<string, TSchema>> = {
  Transaction: TransactionBody,
  Decision: DecisionBody,
  StoredTransaction: StoredTransactionBody,
  Replay: ReplayBody,
  Reason: ReasonBody,
  Problem: ProblemBody,
  RuleSet: RuleSetDocument,
  RuleSetVersion: ruleSets.VersionBody,
  RuleSetVersionSummary: ruleSets.VersionSummaryBody,
  RollbackRequest: ruleSets.RollbackRequestBody,
  ValueList: ruleSets.ListBody,
  Snooze: ruleSets.SnoozeBody,
  Clearance: ClearanceBody,
  ApiKey: KeyBody,
  MadeApiKey: MadeKeyBody,
  Person: PersonBody,
  Case: CaseBody,
  Webhook: WebhookBody,
  Tokens: TokensBody,
};

const text = (description: string) => ({ description, schema: { type: "string" } });

export const HEADERS = {
  ETag: text("entity tag of what was answered (RFC 9110, section 8.8.3)"),
  Location: text("where it can be read from now on"),
  "Retry-After": text("seconds after which another attempt may succeed"),
  "WWW-Authenticate": text("what credentials this takes (RFC 6750, section 3)"),
  "Idempotent-Replayed": text("`true` where an earlier request with this key had made the decision"),
} as const;

export const headerRef = (name: keyof typeof HEADERS) => ({
  [name]: { $ref: `#/components/headers/${name}` },
});

const problem = (description: string, code: string, status: number, headers = {}) => ({
  description,
  headers,
  content: {
    "application/problem+json": {
      schema: { $ref: "#/components/schemas/Problem" },
      example: {
        type: `urn:validator:problem:${code}`,
        title: description,
        status,
        code,
        traceId: "1-69207a3c-5e1b4a0b9c8d7e6f5a4b3c2d",
        reasons: [],
      },
    },
  },
});

/** By status. */
export const SHARED_RESPONSES = {
  400: ["Invalid", problem("the request is not one that this resource takes", "invalid_request", 400)],
  401: [
    "Unauthenticated",
    problem("the request does not say whose it is", "unauthenticated", 401, headerRef("WWW-Authenticate")),
  ],
  403: ["Forbidden", problem("this takes a role that the request does not have", "forbidden", 403)],
  408: ["Late", problem("the request did not arrive in time", "request_timeout", 408)],
  413: ["TooLarge", problem("the body is larger than this resource takes", "body_too_large", 413)],
  415: [
    "UnsupportedMediaType",
    problem("the body must be application/json without a content encoding", "unsupported_media_type", 415),
  ],
  431: ["HeadersTooLarge", problem("the request header is too large", "headers_too_large", 431)],
  500: ["Fault", problem("something went wrong here", "internal_error", 500)],
  503: [
    "Unavailable",
    problem("this cannot be answered now", "store_unavailable", 503, headerRef("Retry-After")),
  ],
} as const;

export const SECURITY_SCHEMES = {
  bearer: {
    type: "http",
    scheme: "bearer",
    description:
      "An API key (vk_...), or a JSON Web Token signed with Ed25519, whose `sub` acts and whose claim says the roles: of a session, or of another issuer.",
  },
  apiKey: { type: "apiKey", in: "header", name: "X-Api-Key", description: "An API key (vk_...)." },
} as const;

export const TAGS = [
  { name: "transactions", description: "Payments, and the decisions about them." },
  { name: "uploads", description: "Files of payments, and the results of their rows." },
  {
    name: "rule sets",
    description: "Versions of the rules: written by one person, made live by another one.",
  },
  { name: "value lists", description: "Named sets of values that rules ask for." },
  { name: "snoozes", description: "Rules that are muted for a subject until a time." },
  { name: "backtests", description: "Versions of the rules, run over transactions that were decided." },
  { name: "screening", description: "Names that are like those on sanctions lists." },
  { name: "cases", description: "Decisions that somebody looks into: who does, and what came out of it." },
  { name: "events", description: "What happens, told as it happens." },
  { name: "webhooks", description: "Addresses that events are sent to, and what could not be sent." },
  { name: "business", description: "Sign-ups, transactions, volume and revenue by day." },
  { name: "access", description: "API keys, and who asks." },
  { name: "people", description: "People who sign in: invited, changed and locked by administrators." },
  { name: "audit", description: "What administrative acts have changed, before and after." },
  { name: "sessions", description: "Signing in and out, and the tokens in between." },
  { name: "health", description: "For load balancers." },
];
