import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { afterAll, beforeAll, expect, test, vi } from "vitest";

import { until } from "../../test/until.ts";
import { createTokenVerifier, type TokenVerifier } from "./tokens.ts";

const MINUTE = 60_000;
const pairs: Awaited<ReturnType<typeof generateKeyPair>>[] = [];
let published: object[] = [];
let asked = 0;
let isAway = false;
let server: Server;
let verifier: TokenVerifier;

beforeAll(async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  pairs.push(await generateKeyPair("EdDSA"), await generateKeyPair("EdDSA"));
  server = createServer(({ socket }, response) => {
    asked++;
    if (isAway) return void socket.destroy();
    response.setHeader("content-type", "application/json").end(JSON.stringify({ keys: published }));
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  verifier = createTokenVerifier({ source: { url }, issuer: "issuer", audience: "api", tolerance: 0 });
});
afterAll(() => {
  vi.useRealTimers();
  server?.close();
});

/** Signed by one of the keys, for half an hour; each is another token. */
async function verified(key: number, sub: string): Promise<unknown> {
  const token = await new SignJWT({ iss: "issuer", aud: "api", sub })
    .setProtectedHeader({ alg: "EdDSA", kid: String(key) })
    .setExpirationTime("30m")
    .sign((pairs[key] as (typeof pairs)[number]).privateKey);
  const found = verifier.verify(token);
  return typeof found === "function" ? found() : found;
}

const pass = (milliseconds: number) => void vi.setSystemTime(Date.now() + milliseconds);

async function publishes(key: number): Promise<void> {
  const { publicKey } = pairs[key] as (typeof pairs)[number];
  published = [{ ...(await exportJWK(publicKey)), kid: String(key), alg: "EdDSA" }];
}

test("the keys go on while their issuer is away, and the next ones are known once it is back", async () => {
  await publishes(0);
  expect(await verified(0, "ana")).toMatchObject({ by: "token" });
  isAway = true;
  const before = asked;
  // However often it is asked in vain.
  await until(async () => {
    pass(10 * MINUTE);
    await verified(0, crypto.randomUUID());
    return asked > before + 2;
  });
  isAway = false;
  await publishes(1);
  await until(async () => {
    pass(MINUTE);
    return verified(0, crypto.randomUUID()).then(
      () => false,
      () => true,
    );
  });
  await expect(verified(0, "finn")).rejects.toMatchObject({ code: "unauthenticated" });
  expect(await verified(1, "gerd")).toMatchObject({ by: "token" });
});
