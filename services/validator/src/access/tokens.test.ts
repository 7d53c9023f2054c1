import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

import { exportJWK, generateKeyPair, SignJWT, type JWK, type JWTHeaderParameters } from "jose";
import { afterAll, beforeAll, expect, test } from "vitest";

import { createKeySet, type KeySet } from "./key-set.ts";
import { Refused, type Principal } from "./principal.ts";
import { createTokenVerifier } from "./tokens.ts";

const ISSUER = "https://issuer.example";
const AUDIENCE = "validator";

interface Signer {
  kid: string;
  privateKey: CryptoKey;
  jwk: JWK;
}

let server: Server;
let url: string;
/** What the issuer serves; undefined is an error. */
let served: JWK[] | undefined;
let asked = 0;
let first: Signer;

async function signer(kid: string): Promise<Signer> {
  const { publicKey, privateKey } = await generateKeyPair("EdDSA", { crv: "Ed25519", extractable: true });
  return { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: "EdDSA", use: "sig" } };
}

beforeAll(async () => {
  first = await signer("first");
  served = [first.jwk];
  server = createServer((_request, response) => {
    asked++;
    response.writeHead(served === undefined ? 500 : 200).end(JSON.stringify({ keys: served }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`;
});
afterAll(() => server.close());

const silent = { info() {}, warn() {} };

interface World {
  keys: KeySet;
  /** Milliseconds; may be moved. */
  clock: { now: number };
  verify: (token: string) => Promise<Principal>;
}

async function world(): Promise<World> {
  const keys = createKeySet({ source: { url }, log: silent });
  await keys.refresh();
  const clock = { now: Date.now() };
  const options = { keys, issuer: ISSUER, audience: AUDIENCE, rolesClaim: "roles", tolerance: 30_000 };
  const verifier = createTokenVerifier({ ...options, now: () => clock.now });
  return { keys, clock, verify: async (token) => verifier.verify(token) };
}

function token(
  by: Signer,
  claims: Record<string, unknown> = {},
  header: Partial<JWTHeaderParameters> = {},
): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const all = {
    iss: ISSUER,
    aud: AUDIENCE,
    sub: "alice",
    iat: now,
    exp: now + 600,
    roles: ["author"],
    ...claims,
  };
  const known = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
  return new SignJWT(known).setProtectedHeader({ alg: "EdDSA", kid: by.kid, ...header }).sign(by.privateKey);
}

test("a token says who acts and by which roles, in an array or with spaces", async () => {
  const { verify } = await world();
  expect(await verify(await token(first))).toEqual({
    actor: "alice",
    roles: new Set(["author", "viewer", "analyst"]),
    by: "token",
  });
  const spaced = await token(first, { roles: "submitter emperor", sub: "machine|7" });
  expect(await verify(spaced)).toEqual({ actor: "machine|7", roles: new Set(["submitter"]), by: "token" });
  expect((await verify(await token(first, { roles: { author: true } }))).roles.size).toBe(0);
});

test.each([
  ["of another issuer", { iss: "https://other.example" }],
  ["for another audience", { aud: "somebody" }],
  ["that has expired", { exp: Math.floor(Date.now() / 1000) - 60 }],
  ["that never expires", { exp: undefined }],
  ["that is not valid yet", { nbf: Math.floor(Date.now() / 1000) + 600 }],
  ["without a subject", { sub: undefined }],
  ["of the service itself", { sub: "system" }],
  ["of a command", { sub: "command:root" }],
  ["whose subject has spaces", { sub: "a b" }],
])("a token %s is refused", async (_, claims) => {
  const { verify } = await world();
  await expect(verify(await token(first, claims))).rejects.toThrow(Refused);
});

const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString("base64url");

test("no other algorithm, and no key that a token brings, is believed", async () => {
  const { verify } = await world();
  const good = await token(first);
  const [, payload = "", signature = ""] = good.split(".");
  const secret = Buffer.from(first.jwk.x as string, "base64url");
  const claims = { iss: ISSUER, aud: AUDIENCE, sub: "alice", exp: Math.floor(Date.now() / 1000) + 600 };
  // The public key taken for a shared secret.
  const confused = await new SignJWT(claims).setProtectedHeader({ alg: "HS256", kid: "first" }).sign(secret);
  const rsa = await generateKeyPair("RS256");
  const signedByRsa = await new SignJWT(claims)
    .setProtectedHeader({ alg: "RS256", kid: "first" })
    .sign(rsa.privateKey);
  const stranger = await signer("first");
  for (const bad of [
    `${encode({ alg: "none" })}.${payload}.`,
    `${encode({ alg: "none", kid: "first" })}.${payload}.${signature}`,
    confused,
    signedByRsa,
    await token(stranger),
    await token(stranger, {}, { jwk: stranger.jwk }),
    await token(first, {}, { jku: url }),
    await token(first, {}, { x5u: url }),
    await token(first, {}, { typ: "dpop+jwt" }),
    await new SignJWT(claims)
      .setProtectedHeader({ alg: "EdDSA", kid: "first", crit: ["unheard-of"], "unheard-of": 1 })
      .sign(first.privateKey, { crit: { "unheard-of": true } }),
    `${good.slice(0, -4)}AAAA`,
    good.replace(payload, encode({ ...claims, roles: ["administrator"] })),
    "a.b.c",
    `${good}.x`,
    "x".repeat(10_000),
  ]) {
    await expect(verify(bad), `${bad.slice(0, 80)}`).rejects.toThrow(Refused);
  }
  expect((await verify(good)).actor).toBe("alice");
});

test("a token that was verified is remembered until it expires, and no longer", async () => {
  const { verify, clock } = await world();
  const short = await token(first, { exp: Math.floor(clock.now / 1000) + 60 });
  await verify(short);
  clock.now += 85_000;
  expect((await verify(short)).actor).toBe("alice");
  clock.now += 10_000;
  await expect(verify(short)).rejects.toThrow("expired");
});

test("a key that is new is fetched once it is met; one that is gone takes its tokens along", async () => {
  const { verify, keys } = await world();
  const old = await token(first);
  await verify(old);
  const second = await signer("second");
  served = [second.jwk];
  try {
    // Within the cool-down a key that nobody knows costs the issuer nothing.
    const before = asked;
    await expect(verify(await token(second))).rejects.toThrow("not known");
    expect(asked).toBe(before);
    await keys.refresh();
    expect((await verify(await token(second))).actor).toBe("alice");
    await expect(verify(old)).rejects.toThrow("not known");
  } finally {
    served = [first.jwk];
  }
});

test("while the issuer is away its last keys go on", async () => {
  const { verify, keys } = await world();
  served = undefined;
  try {
    await keys.refresh();
    expect((await verify(await token(first))).actor).toBe("alice");
    const never = createKeySet({ source: { url }, log: silent });
    const options = { keys: never, issuer: ISSUER, audience: AUDIENCE, rolesClaim: "roles", tolerance: 0 };
    const verifier = createTokenVerifier({ ...options, now: Date.now });
    await expect(verifier.verify(await token(first))).rejects.toThrow("could not be read");
  } finally {
    served = [first.jwk];
  }
});

test("a set of keys may hold others, and never one that is secret", async () => {
  const rsa = await exportJWK((await generateKeyPair("RS256", { extractable: true })).publicKey);
  const leaked = await exportJWK(first.privateKey);
  served = [
    { ...rsa, kid: "rsa" },
    { ...leaked, kid: "leaked" },
    { kty: "oct", k: "c2VjcmV0", kid: "oct" },
    first.jwk,
  ];
  try {
    const { verify } = await world();
    expect((await verify(await token(first))).actor).toBe("alice");
    await expect(verify(await token({ ...first, kid: "leaked" }))).rejects.toThrow("not known");
  } finally {
    served = [first.jwk];
  }
});
