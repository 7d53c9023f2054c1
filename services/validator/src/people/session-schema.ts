// Bodies of the API of sessions.
import { Type } from "typebox";

import { REFRESH_TOKEN_PATTERN } from "./secrets.ts";
import { TOKEN_LIFE } from "./tokens.ts";

const time = (description: string) => Type.String({ format: "date-time", description });

export const TokensBody = Type.Object(
  {
    session: Type.String({ description: "id of the session" }),
    accessToken: Type.String({ description: "for `Authorization: Bearer`" }),
    tokenType: Type.Enum(["Bearer"]),
    expiresIn: Type.Integer({ description: `seconds until the access token ends: ${TOKEN_LIFE}` }),
    refreshToken: Type.String({ description: "for new tokens, once" }),
    expiresAt: time("when the session ends, however much it is used"),
  },
  { description: "what a session is used by" },
);

export const RefreshBody = Type.Object(
  { refreshToken: Type.String({ pattern: REFRESH_TOKEN_PATTERN, description: "the newest of the session" }) },
  { additionalProperties: false, examples: [{ refreshToken: `rt_${"x".repeat(43)}` }] },
);

export const SessionBody = Type.Object(
  {
    id: Type.String(),
    address: Type.String({ description: "from where it was begun" }),
    startedAt: time("when somebody signed in"),
    lastUsedAt: time("when tokens were last made"),
    expiresAt: time("when it ends, however much it is used"),
  },
  { description: "a session that lives" },
);

export const SessionsBody = Type.Object({ items: Type.Array(SessionBody) }, { description: "newest first" });

export const SignedOutBody = Type.Object(
  { ended: Type.Integer({ description: "sessions that have ended by it" }) },
  { description: "what was done" },
);

/** RFC 7517. */
export const KeySetBody = Type.Object(
  {
    keys: Type.Array(
      Type.Object({
        kty: Type.String(),
        crv: Type.String(),
        x: Type.String(),
        kid: Type.String(),
        alg: Type.String(),
        use: Type.String(),
      }),
    ),
  },
  { description: "public keys that access tokens are verified by (RFC 7517)" },
);
