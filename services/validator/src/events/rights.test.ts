// A stream lasts no longer than the right to it.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { afterAll, beforeAll, expect, test } from "vitest";

import { ask } from "../../test/apps.ts";
import { until } from "../../test/until.ts";
import { hear } from "./testing/listener.ts";
import { openWorld, pay, type Replica, type World } from "./testing/world.ts";

const DEADLINE = 15_000;
const folder = mkdtempSync(join(tmpdir(), "validator-rights-"));
let world: World;
let open: Replica;
let strict: Replica;
let token: (seconds: number) => Promise<string>;

beforeAll(async () => {
  const { publicKey, privateKey } = await generateKeyPair("EdDSA", { extractable: true });
  const file = join(folder, "jwks.json");
  writeFileSync(file, JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: "one" }] }));
  token = (seconds) =>
    new SignJWT({ iss: "issuer", aud: "validator", sub: "alice", roles: "viewer" })
      .setProtectedHeader({ alg: "EdDSA", kid: "one" })
      .setExpirationTime(`${seconds}s`)
      .sign(privateKey);
  world = await openWorld(undefined, { withRedis: false });
  open = await world.replica();
  strict = await world.replica({
    EVENTS_RELAY: "off",
    AUTHENTICATION: "required",
    JWKS_FILE: file,
    JWT_ISSUER: "issuer",
    JWT_AUDIENCE: "validator",
    JWT_CLOCK_TOLERANCE_MS: "0",
  });
});
afterAll(async () => {
  await world?.close();
  rmSync(folder, { recursive: true });
});

const act = (method: "POST" | "DELETE", url: string, body?: object) =>
  ask(open.app, {
    method,
    url,
    headers: { "x-actor": "ann", ...(body && { "content-type": "application/json" }) },
    ...(body && { payload: JSON.stringify(body) }),
  });
const listenBy = (credentials: string) =>
  hear(`${strict.url}/v1/events`, { authorization: `Bearer ${credentials}` });

test("that of a key that is revoked at another replica ends, and others go on", async () => {
  const make = async (name: string) =>
    (await act("POST", "/v1/api-keys", { name, owner: name, roles: ["viewer"] })).body as unknown as {
      id: string;
      key: string;
    };
  const [leaving, staying] = [await make("eve"), await make("bob")];
  const [ending, going] = [await listenBy(leaving.key), await listenBy(staying.key)];
  expect([ending.status, going.status]).toEqual([200, 200]);
  expect((await act("DELETE", `/v1/api-keys/${leaving.id}`)).status).toBe(200);
  await until(() => ending.isOver, DEADLINE);
  expect(ending.error, "in good order").toBeUndefined();
  expect((await listenBy(leaving.key)).status).toBe(401);

  const paid = await pay(open.app, "ACCOUNT-RIGHTS-1");
  await until(() => going.messages.some(({ envelope }) => envelope.id === paid), DEADLINE);
  expect(going.isOver).toBe(false);
  going.end();
});

test("that of a token ends with it, and goes on with the next one where it ended", async () => {
  const first = await listenBy(await token(3));
  expect(first.status).toBe(200);
  await until(() => first.isOver, DEADLINE);
  expect(first.error).toBeUndefined();
  const paid = await pay(open.app, "ACCOUNT-RIGHTS-2");
  const next = await hear(`${strict.url}/v1/events`, {
    authorization: `Bearer ${await token(300)}`,
    "last-event-id": first.lastId,
  });
  await until(() => next.messages.some(({ envelope }) => envelope.id === paid), DEADLINE);
  next.end();
});
