import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { exportJWK, generateKeyPair, generateSecret, type JWTPayload, SignJWT } from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { Backend } from "../../test/backend.ts";
import { ask, startGateway, type TestGateway } from "../../test/gateway.ts";
import { until } from "../../test/until.ts";

const folder = mkdtempSync(join(tmpdir(), "gateway-access-"));
const KEY = `vk_${"a".repeat(12)}_${"b".repeat(43)}`;
let backend: Backend;
let gateway: TestGateway;
let issuer: Awaited<ReturnType<typeof generateKeyPair>>;

beforeAll(async () => {
  backend = await new Backend().start();
  issuer = await generateKeyPair("EdDSA", { extractable: true });
  const file = join(folder, "jwks.json");
  writeFileSync(file, JSON.stringify({ keys: [{ ...(await exportJWK(issuer.publicKey)), kid: "one" }] }));
  gateway = await startGateway({
    BACKEND_URL: backend.url,
    KEYS_PATH: "/v1/whoami",
    JWKS_FILE: file,
    JWT_ISSUER: "issuer",
    JWT_AUDIENCE: "api",
    KEY_LIMIT: "3",
    BREAKER_LEAST_PER_SECOND: "1000",
  });
});
afterAll(async () => {
  await gateway?.stop();
  await backend?.kill();
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  backend.asked.splice(0);
  backend.handle = ({ url, headers }, response) => {
    const isKnown = url !== "/v1/whoami" || headers["x-api-key"] === KEY;
    response.writeHead(isKnown ? 200 : 401).end("{}");
  };
});

interface Making {
  readonly claims?: JWTPayload;
  readonly kid?: string;
  readonly expires?: string;
  readonly key?: CryptoKey | Uint8Array;
  readonly alg?: string;
}

function token({
  claims = {},
  kid = "one",
  expires = "5m",
  key = issuer.privateKey,
  alg = "EdDSA",
}: Making = {}) {
  return new SignJWT({ iss: "issuer", aud: "api", sub: "alice", ...claims })
    .setProtectedHeader({ alg, kid })
    .setExpirationTime(expires)
    .sign(key);
}

const bearer = (text: string) => ({ headers: { authorization: `Bearer ${text}` } });
const get = (init?: RequestInit, path = "/v1/a") => ask(`${gateway.url}${path}`, init);

test("whoever signs in, signs up or verifies tokens needs no credentials; everybody else does", async () => {
  for (const path of [
    "/v1/sessions",
    "/v1/sessions/refresh",
    "/v1/people/sign-up",
    "/v1/people/sign-up/confirm",
  ])
    expect((await get({ method: "POST", body: "{}" }, path)).status, `${path}`).toBe(200);
  for (const path of ["/.well-known/jwks.json", "/openapi.json", "/v1/graphql/schema"])
    expect((await get({}, path)).status, `${path}`).toBe(200);
  for (const path of ["/v1/whoami", "/v1/sessions/1", "/v1/people", "/v1/graphql", "/v1/transactions"])
    expect((await get({}, path)).code, `${path}`).toBe("unauthenticated");
});

describe("a token", () => {
  test("that is good goes on to the backend, which looks at it itself", async () => {
    const good = await token({ claims: { sub: "good" } });
    expect((await get(bearer(good))).status).toBe(200);
    expect((await get(bearer(good))).status).toBe(200);
    expect(backend.asked.map(({ headers }) => headers.authorization)).toEqual([
      `Bearer ${good}`,
      `Bearer ${good}`,
    ]);
  });

  test.each([
    ["has expired", () => token({ expires: "-5m" }), "expired"],
    ["is of another issuer", () => token({ claims: { iss: "other" } }), "iss"],
    ["is for another audience", () => token({ claims: { aud: "other" } }), "aud"],
    ["names a key that is not known", () => token({ kid: "two" }), "key that is not known"],
    [
      "was signed by another key",
      async () => token({ key: (await generateKeyPair("EdDSA")).privateKey }),
      "signed",
    ],
    [
      "was signed in another way",
      async () => token({ alg: "HS256", key: (await generateSecret("HS256")) as CryptoKey }),
      "signed",
    ],
    [
      "was signed with the public key as a secret",
      async () =>
        token({ alg: "HS256", key: Buffer.from(JSON.stringify(await exportJWK(issuer.publicKey))) }),
      "signed",
    ],
    [
      "is not signed",
      async () => {
        const [, claims] = (await token()).split(".");
        return `${Buffer.from('{"alg":"none"}').toString("base64url")}.${claims}.`;
      },
      "signed",
    ],
    ["has no subject", () => token({ claims: { sub: undefined } as never }), "sub"],
    ["is too long", () => token({ claims: { more: "a".repeat(9000) } }), "longer"],
    ["is none", async () => "a.b.c", "not one"],
  ])("that %s is refused", async (_, make, why) => {
    const { status, code, text, headers } = await get(bearer(await make()));
    expect([status, code]).toEqual([401, "unauthenticated"]);
    expect(text).toContain(why);
    expect(headers.get("www-authenticate")).toContain('error="invalid_token"');
    expect(backend.asked).toEqual([]);
  });
});

describe("an API key", () => {
  test("is asked of the backend once, and known then", async () => {
    const answers = await Promise.all([1, 2, 3].map(() => get({ headers: { "x-api-key": KEY } })));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect([backend.count("/v1/whoami"), backend.count("/v1/a")]).toEqual([1, 3]);
    const more = await get({ headers: { "x-api-key": KEY } });
    expect([more.status, more.code]).toEqual([429, "rate_limited"]);
    expect(more.headers.get("ratelimit")).toContain('"key"; r=0');
    expect(more.headers.get("ratelimit")).toContain('"address"');
  });

  test("that the backend does not know is refused, and not asked about again at once", async () => {
    for (let asked = 0; asked < 5; asked++)
      expect((await get(bearer("wrong-key"))).code).toBe("unauthenticated");
    expect(backend.asked.map(({ url }) => url)).toEqual(["/v1/whoami"]);
  });

  test("that cannot be looked up is nobody's fault", async () => {
    backend.handle = (_asked, response) => response.writeHead(500).end();
    const { status, code, headers } = await get(bearer("another-key"));
    expect([status, code, headers.get("retry-after")]).toEqual([503, "access_unavailable", "1"]);
  });
});

test.each([
  ["says nothing", {}, "takes an API key or a token"],
  ["says two things", { "x-api-key": KEY, authorization: "Bearer a.b.c" }, "not both"],
  ["says it in another way", { authorization: "Basic YTpi" }, "Bearer"],
])("a request that %s is refused", async (_, headers, why) => {
  const { status, text } = await get({ headers });
  expect(status).toBe(401);
  expect(text).toContain(why);
});

test("what is for anyone takes no credentials, and none that are wrong", async () => {
  expect((await get({}, "/openapi.json")).status).toBe(200);
  expect((await get(bearer("a.b.c"), "/openapi.json")).status).toBe(401);
});

test.each([
  ["an issuer", (url: string) => ({ JWKS_URL: `${url}/jwks` })],
  ["a service", (url: string) => ({ JWKS_SERVICE: "backend", BACKEND_URL: url })],
])("keys of %s that cannot be read are nobody's fault, and read when they can be", async (_, source) => {
  const keys = await new Backend().start();
  keys.handle = (_asked, response) => response.writeHead(500).end();
  const other = await startGateway({
    BACKEND_URL: backend.url,
    ...source(keys.url),
    JWT_ISSUER: "issuer",
    JWT_AUDIENCE: "api",
  });
  try {
    const good = bearer(await token());
    expect((await ask(`${other.url}/v1/a`, good)).code).toBe("access_unavailable");
    const jwks = { keys: [{ ...(await exportJWK(issuer.publicKey)), kid: "one" }] };
    keys.handle = ({ url }, response) => response.end(JSON.stringify(url.endsWith("/a") ? {} : jwks));
    await until(async () => (await ask(`${other.url}/v1/a`, good)).status === 200);
  } finally {
    await other.stop();
    await keys.kill();
  }
});
