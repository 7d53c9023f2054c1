// Who gets in by what, as the environment says. No database: none of this asks for one.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { afterAll, describe, expect, test } from "vitest";

import { appOn, ask, post } from "../../test/apps.ts";
import { payment } from "../../test/payments.ts";
import type { App } from "../app.ts";
import { ConfigError, readConfig } from "../config.ts";
import { createServer } from "../http/server.ts";
import { openAccess } from "./open.ts";

const AWAY = "postgresql://nobody@127.0.0.1:1/none";
const folder = mkdtempSync(join(tmpdir(), "validator-access-"));
afterAll(() => rmSync(folder, { recursive: true }));

async function statuses(env: Record<string, string>, ask: (app: App) => Promise<{ status: number }>[]) {
  const app = await appOn(AWAY, { STORE_DEADLINE_MS: "100", ...env });
  try {
    return await Promise.all(ask(app).map(async (answer) => (await answer).status));
  } finally {
    await app.server.close();
  }
}

const requests = (headers: Record<string, string>) => (app: App) => [
  post(app, payment(), headers),
  ask(app, { url: "/v1/transactions", headers }),
  ask(app, { url: "/v1/rule-sets", headers }),
];

describe("without keys, tokens and a database", () => {
  // 503 is let in: what comes after needs the database.
  test.each([
    ["transactions are for anyone unless told otherwise, and nothing else is", {}, {}, [503, 503, 401]],
    ["whoever says to be somebody is not believed", {}, { "x-actor": "alice" }, [503, 503, 401]],
    ["required is for everything", { AUTHENTICATION: "required" }, { "x-actor": "alice" }, [401, 401, 401]],
    ["open believes who acts", { AUTHENTICATION: "open" }, { "x-actor": "alice" }, [503, 503, 503]],
    ["open wants to know who acts", { AUTHENTICATION: "open" }, {}, [503, 503, 401]],
    ["a wrong credential is wrong everywhere", {}, { authorization: "Bearer x.y.z" }, [401, 401, 401]],
    [
      "keys that could never be read are nobody's fault",
      {},
      { "x-api-key": `vk_${"a".repeat(12)}_${"a".repeat(43)}` },
      [503, 503, 503],
    ],
  ])("%s", async (_, env, headers, expected) => {
    expect(
      await statuses(env as Record<string, string>, requests(headers as Record<string, string>)),
    ).toEqual(expected);
  });
});

test("a token by a key of JWKS_FILE opens what its roles may do, and from then on everything takes one", async () => {
  const { publicKey, privateKey } = await generateKeyPair("EdDSA", { extractable: true });
  const file = join(folder, "jwks.json");
  writeFileSync(file, JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: "one" }] }));
  const token = await new SignJWT({ iss: "issuer", aud: "validator", sub: "alice", groups: "viewer" })
    .setProtectedHeader({ alg: "EdDSA", kid: "one" })
    .setExpirationTime("5m")
    .sign(privateKey);
  const app = await appOn(AWAY, {
    JWKS_FILE: file,
    JWT_ISSUER: "issuer",
    JWT_AUDIENCE: "validator",
    JWT_ROLES_CLAIM: "groups",
  });
  try {
    const headers = { authorization: `Bearer ${token}` };
    const { body } = await ask(app, { url: "/v1/whoami", headers });
    expect(body).toEqual({ actor: "alice", roles: ["viewer"], by: "token" });
    expect((await post(app, payment(), headers)).body.code).toBe("forbidden");
    expect((await post(app, payment())).status).toBe(401);
  } finally {
    await app.server.close();
  }
});

test("a route that does not say who may use it is not started with", async () => {
  const config = readConfig({ DATABASE_URL: AWAY, LOG_LEVEL: "silent" });
  const server = createServer(config);
  openAccess(config.access, undefined as never, server.log).access.guard(server);
  expect(() => server.get("/v1/secrets", () => "secret")).toThrow(
    "/v1/secrets says nothing in config.access",
  );
  await server.close();
});

test.each([
  [{ AUTHENTICATION: "off" }, "AUTHENTICATION must be one of required, administration, open"],
  [{ JWKS_URL: "http://issuer.example/jwks" }, "JWKS_URL must be an https:// address"],
  [{ JWKS_URL: "https://issuer.example/jwks" }, "JWKS_URL and JWKS_FILE take JWT_ISSUER and JWT_AUDIENCE"],
  [{ JWT_ISSUER: "issuer" }, "JWT_ISSUER and JWT_AUDIENCE take JWKS_URL or JWKS_FILE"],
  [{ METRICS_PORT: "70000" }, "METRICS_PORT must be"],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: "collector" }, "OTEL_EXPORTER_OTLP_ENDPOINT must be"],
  [{ OTEL_TRACES_SAMPLER_ARG: "1.5" }, "OTEL_TRACES_SAMPLER_ARG must be from 0 to 1"],
])("the environment %o is refused", (env, why) => {
  const read = () => readConfig({ DATABASE_URL: AWAY, ...(env as Record<string, string>) });
  expect(read).toThrow(ConfigError);
  expect(read).toThrow(why);
});
