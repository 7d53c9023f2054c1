// People from their invitation on: what they can do, and what administrators can do with them.
import { createLocalJWKSet, jwtVerify } from "jose";
import { afterAll, beforeAll, expect, test } from "vitest";

import { appOn, type Answer } from "../../test/apps.ts";
import {
  bearer,
  call,
  type Clock,
  invitationByCommand,
  type Member,
  PASSWORD,
  publishedBy,
  refresh,
  signIn,
  signUp,
} from "../../test/people.ts";
import { onEngines, textOf, type TestDatabase } from "../../test/engines.ts";
import { startRedis, type TestRedis, whyWithoutRedis, withoutRedis } from "../../test/redis.ts";
import { until } from "../../test/until.ts";
import type { App } from "../app.ts";
import { verifyAudit } from "../audit/verify.ts";
import { connect } from "../database/open.ts";
import { migrate } from "../database/migrator.ts";
import { ROTATION } from "./signing-schedule.ts";
import { codeOf, stepAt } from "./totp.ts";

const clock: Clock = { now: Date.now() };

let database: TestDatabase;
let redis: TestRedis;
let app: App;
let other: App;
let root: Member;
let token: string;
let tokenMadeAt = 0;
/** By the other replica, before anybody has signed in and at once after it. */
let publishedFirst: Awaited<ReturnType<typeof publishedBy>>[];

const SECRET = "a secret of thirty-two characters";

/** A request of the administrator's, with a token that still lives. */
async function admin(
  ...[method, url, body, headers]: Parameters<typeof call> extends [App, ...infer Rest] ? Rest : never
) {
  if (clock.now - tokenMadeAt > 240_000) await renewToken();
  return call(app, method, url, body, { ...bearer(token), ...headers });
}

async function renewToken(): Promise<void> {
  token = String((await signIn(app, clock, root)).body["accessToken"]);
  tokenMadeAt = clock.now;
}

async function invited(name: string, ...roles: string[]): Promise<Answer> {
  return admin("POST", "/v1/people", { name, displayName: name, roles });
}

async function member(name: string, ...roles: string[]): Promise<Member> {
  const { body } = await invited(name, ...roles);
  return signUp(app, clock, body["invitation"]);
}

const ACTS = [
  "invited",
  "locked",
  "password_changed",
  "recovery_code_used",
  "recovery_codes_renewed",
  "reset",
]
  .concat("roles_changed", "signed_up", "unlocked")
  .map((act) => `person.${act}`);

const command = (...args: string[]) => invitationByCommand(database.url(), ...args);

onEngines({ title: `people${whyWithoutRedis}`, isSkipped: withoutRedis }, ({ start }) => {
  beforeAll(async () => {
    clock.now = Date.now();
    [database, redis] = await Promise.all([start(), startRedis()]);
    await migrate({ url: database.url(), deadline: 20_000 });
    const env = { AUTHENTICATION: "required", CACHE_URL: redis.url, PEOPLE_SECRET: SECRET };
    [app, other] = await Promise.all([
      appOn(database.url(), env, () => clock.now),
      appOn(database.url(), env, () => clock.now),
    ]);
    const invitation = await command("--name", "root", "--role", "administrator");
    root = await signUp(app, clock, invitation);
    publishedFirst = [await publishedBy(other)];
    // Redis is reached by the way.
    await until(async () => (await signIn(app, clock, root)).status === 201, 10_000);
    publishedFirst.push(await publishedBy(other));
    await renewToken();
  });
  afterAll(async () => {
    await Promise.all([app?.server.close(), other?.server.close()]);
    await Promise.all([database?.stop(), redis?.stop()]);
  });

  test("an invitation is taken up once, and what it takes to sign in is nowhere in clear", async () => {
    const { status, body, headers } = await invited("erika@bank.example", "analyst");
    expect([status, headers["location"], body["state"]]).toEqual([
      201,
      "/v1/people/erika%40bank.example",
      "invited",
    ]);
    const erika = await signUp(app, clock, body["invitation"]);
    for (const url of ["/v1/people/sign-up", "/v1/people/sign-up/confirm"]) {
      const again = {
        invitation: body["invitation"],
        ...(url.endsWith("up") ? { password: PASSWORD } : { code: "123456" }),
      };
      expect((await call(app, "POST", url, again)).body.code).toBe("invitation_not_found");
    }
    const stored = await Promise.all(
      ["people", "recovery_codes", "signing_keys"].map((table) => textOf(database, table)),
    );
    for (const secret of [PASSWORD, erika.secret.toString("hex"), erika.recoveryCodes[0]])
      expect(stored.join("\n")).not.toContain(secret);
    expect((await invited("erika@bank.example", "viewer")).body.code).toBe("person_exists");
    for (const name of ["me", "sign-up", "system"]) expect((await invited(name, "viewer")).status).toBe(400);
  });

  test("a password that anybody would guess is not taken, nor a code of another authenticator", async () => {
    const { body } = await invited("heidi", "viewer");
    const invitation = body["invitation"];
    const weak = await call(app, "POST", "/v1/people/sign-up", { invitation, password: "heidi heidi heidi" });
    expect([weak.status, weak.body.reasons[0]]).toEqual([
      400,
      { code: "password_refused", message: expect.any(String), pointer: "/password" },
    ]);
    await call(app, "POST", "/v1/people/sign-up", { invitation, password: PASSWORD });
    const wrong = codeOf(root.secret, stepAt(clock.now));
    const confirmed = await call(app, "POST", "/v1/people/sign-up/confirm", { invitation, code: wrong });
    expect(confirmed.body.reasons[0]).toMatchObject({ pointer: "/code" });
  });

  test("a token opens what the roles may do, on every replica, and ends after five minutes", async () => {
    const max = await member("max", "author");
    const signedIn = await signIn(app, clock, max);
    expect(signedIn.body).toMatchObject({ tokenType: "Bearer", expiresIn: 300 });
    const headers = bearer(signedIn.body["accessToken"]);
    for (const replica of [app, other]) {
      const { body } = await call(replica, "GET", "/v1/whoami", undefined, headers);
      expect(body).toEqual({ actor: "max", roles: ["author", "viewer", "analyst"], by: "token" });
      expect((await call(replica, "GET", "/v1/people", undefined, headers)).status).toBe(403);
    }
    clock.now += 306_000;
    const late = await call(other, "GET", "/v1/whoami", undefined, headers);
    expect([late.status, late.body.reasons[0]?.code]).toEqual([401, "unauthenticated"]);
    const renewed = await refresh(other, signedIn.body["refreshToken"]);
    const again = bearer(renewed.body["accessToken"]);
    expect((await call(app, "GET", "/v1/whoami", undefined, again)).status).toBe(200);
    await renewToken();
  });

  test("roles are changed by what was read, and count with the next token", async () => {
    const ida = await member("ida", "viewer");
    const before = await signIn(app, clock, ida);
    const { headers } = await admin("GET", "/v1/people/ida");
    const url = "/v1/people/ida/roles";
    expect((await admin("PUT", url, { roles: ["approver"] })).status).toBe(428);
    const match = { "if-match": String(headers["etag"]) };
    const changed = await admin("PUT", url, { roles: ["approver"] }, match);
    expect([changed.status, changed.body["roles"]]).toEqual([200, ["approver"]]);
    expect((await admin("PUT", url, { roles: ["author"] }, match)).status).toBe(412);
    const next = await refresh(app, before.body["refreshToken"]);
    const { body } = await call(app, "GET", "/v1/whoami", undefined, bearer(next.body["accessToken"]));
    expect(body["roles"]).toContain("approver");
    expect((await admin("PUT", url, { roles: ["submitter"] }, match)).status).toBe(400);
  });

  test("whoever is locked is out, with sessions and keys, until somebody else unlocks them", async () => {
    const mallory = await member("mallory", "analyst");
    const { body: session } = await signIn(app, clock, mallory);
    const made = await admin("POST", "/v1/api-keys", { name: "script", owner: "mallory", roles: ["viewer"] });
    const locked = await admin("POST", "/v1/people/mallory/lock", { reason: "has left" });
    expect(locked.body).toMatchObject({ state: "locked", lockedBy: "root" });
    expect((await refresh(app, session["refreshToken"])).body.code).toBe("session_ended");
    expect((await call(app, "GET", "/v1/whoami", undefined, bearer(made.body["key"]))).status).toBe(401);
    const refused = await signIn(app, clock, mallory);
    expect([refused.status, refused.body.code, refused.body.reasons]).toEqual([401, "sign_in_refused", []]);
    await admin("POST", "/v1/people/mallory/unlock", { reason: "is back" });
    expect((await signIn(app, clock, mallory)).status).toBe(201);
  });

  test("nobody locks, resets or promotes themselves, and the last administrator stays", async () => {
    const { headers } = await admin("GET", "/v1/people/root");
    const match = { "if-match": String(headers["etag"]) };
    for (const answer of [
      await admin("PUT", "/v1/people/root/roles", { roles: ["approver", "administrator"] }, match),
      await admin("POST", "/v1/people/root/lock", { reason: "x" }),
      await admin("POST", "/v1/people/root/reset", { reason: "x" }),
    ]) {
      expect([answer.status, answer.body.code]).toEqual([403, "second_person_needed"]);
    }
    const key = await admin("POST", "/v1/api-keys", { name: "ops", owner: "ops", roles: ["administrator"] });
    for (const act of ["lock", "reset"]) {
      const url = `/v1/people/root/${act}`;
      const { body } = await call(app, "POST", url, { reason: "x" }, bearer(key.body["key"]));
      expect(body.code, `${act}`).toBe("last_administrator");
    }
  });

  test("what somebody changes takes what they may do by now, on every replica; what they read, what they could", async () => {
    const adam = await member("adam", "administrator");
    const { body: session } = await signIn(app, clock, adam);
    const own = bearer(session["accessToken"]);
    const guest = { name: "guest", displayName: "Guest", roles: ["administrator"] };
    const makesKey = () =>
      call(other, "POST", "/v1/api-keys", { name: "k", owner: "adams", roles: ["administrator"] }, own);
    expect((await makesKey()).status).toBe(201);
    const { headers } = await admin("GET", "/v1/people/adam");
    const match = { "if-match": String(headers["etag"]) };
    await admin("PUT", "/v1/people/adam/roles", { roles: ["viewer"] }, match);
    expect((await makesKey()).body.code).toBe("forbidden");
    await admin("POST", "/v1/people/adam/lock", { reason: "has left" });
    for (const answer of [await makesKey(), await call(other, "POST", "/v1/people", guest, own)])
      expect([answer.status, answer.body.code]).toEqual([401, "unauthenticated"]);
    expect((await call(other, "GET", "/v1/whoami", undefined, own)).status).toBe(200);
    const owned = { name: "k", owner: "adam", roles: ["viewer"] };
    expect((await admin("POST", "/v1/api-keys", owned)).body.code).toBe("owner_locked");
    await admin("POST", "/v1/people/adam/unlock", { reason: "is back" });
    expect((await admin("POST", "/v1/api-keys", owned)).status).toBe(201);
    expect((await makesKey()).status).toBe(401);
  });

  test("who has lost everything signs up again, and what they had opens nothing", async () => {
    const otto = await member("otto", "viewer");
    const { body: session } = await signIn(app, clock, otto);
    const { body } = await admin("POST", "/v1/people/otto/reset", { reason: "lost the telephone" });
    expect(body["state"]).toBe("invited");
    expect((await signIn(app, clock, otto)).body.code).toBe("sign_in_refused");
    expect((await refresh(app, session["refreshToken"])).status).toBe(401);
    const again = await signUp(app, clock, body["invitation"]);
    expect((await signIn(app, clock, again)).status).toBe(201);
    const byCommand = await command("--name", "otto", "--reset");
    expect((await signIn(app, clock, again)).status).toBe(401);
    expect((await signUp(app, clock, byCommand)).name).toBe("otto");
  });

  test("a recovery code signs in once; password and codes change by both proofs only", async () => {
    const nora = await member("nora", "viewer");
    const [recoveryCode] = nora.recoveryCodes;
    const by = { name: "nora", password: PASSWORD, recoveryCode };
    const signedIn = await call(app, "POST", "/v1/sessions", by);
    expect(signedIn.status).toBe(201);
    expect((await call(app, "POST", "/v1/sessions", by)).body.code).toBe("sign_in_refused");
    const own = bearer(signedIn.body["accessToken"]);

    const newPassword = "another horse, another staple";
    const change = (code: string) =>
      call(app, "PUT", "/v1/people/me/password", { password: PASSWORD, newPassword, code }, own);
    expect((await change("000000")).body.code).toBe("sign_in_refused");
    clock.now += 30_000;
    expect((await change(codeOf(nora.secret, stepAt(clock.now)))).status).toBe(204);
    expect((await refresh(app, signedIn.body["refreshToken"])).body.code).toBe("session_ended");
    expect((await signIn(app, clock, nora)).status).toBe(401);

    const proof = () => {
      clock.now += 30_000;
      return { password: newPassword, code: codeOf(nora.secret, stepAt(clock.now)) };
    };
    // The token of the session that has ended with the old password changes nothing.
    const renew = (headers: Record<string, string>) =>
      call(app, "POST", "/v1/people/me/recovery-codes", proof(), headers);
    expect((await renew(own)).body.code).toBe("unauthenticated");
    const { body } = await call(app, "POST", "/v1/sessions", { name: "nora", ...proof() });
    const renewed = await renew(bearer(body["accessToken"]));
    const codes = renewed.body["recoveryCodes"] as string[];
    const old = { name: "nora", password: newPassword, recoveryCode: nora.recoveryCodes[1] };
    expect((await call(app, "POST", "/v1/sessions", old)).status).toBe(401);
    expect((await call(app, "POST", "/v1/sessions", { ...old, recoveryCode: codes[1] })).status).toBe(201);
  });

  test("people see and end their own sessions, and nobody else's", async () => {
    const [paul, ruth] = [await member("paul", "viewer"), await member("ruth", "viewer")];
    const [first, second] = [await signIn(app, clock, paul), await signIn(other, clock, paul)];
    const [mine, hers] = [first, await signIn(app, clock, ruth)].map(({ body }) =>
      bearer(body["accessToken"]),
    );
    const list = async () => {
      const { body } = await call(app, "GET", "/v1/sessions", undefined, mine);
      return (body["items"] as { id: string }[]).map(({ id }) => id);
    };
    expect(await list()).toEqual([second.body["session"], first.body["session"]]);
    const url = `/v1/sessions/${String(second.body["session"])}`;
    expect((await call(app, "DELETE", url, undefined, hers)).body.code).toBe("session_not_found");
    expect((await call(app, "DELETE", url, undefined, mine)).body).toEqual({ ended: 1 });
    expect((await refresh(app, second.body["refreshToken"])).body.code).toBe("session_ended");
    expect(await list()).toEqual([first.body["session"]]);
    expect((await call(app, "DELETE", "/v1/sessions", undefined, mine)).body).toEqual({ ended: 1 });
  });

  test("the first key is told by every replica as soon as it signs", () => {
    expect(publishedFirst.map(({ keys }) => keys.length)).toEqual([0, 1]);
  });

  test("others verify a token by the published keys, and keys follow each other without a gap", async () => {
    const first = await publishedBy(other);
    expect(first.keys).toHaveLength(1);
    expect(Object.keys(first.keys[0] as object), "and no private part").not.toContain("d");
    const expected = {
      issuer: "urn:validator:people",
      audience: "validator",
      currentDate: new Date(clock.now),
    };
    await jwtVerify(token, createLocalJWKSet(first), expected);

    // From here on the clock of the test is weeks ahead.
    clock.now += ROTATION - 1_800_000;
    const lead = String((await signIn(app, clock, root)).body["accessToken"]);
    const both = await publishedBy(app);
    expect(both.keys).toHaveLength(2);
    expect(
      await jwtVerify(lead, createLocalJWKSet(first), { ...expected, currentDate: new Date(clock.now) }),
    ).toBeDefined();
    clock.now += 3_600_000;
    await renewToken();
    await expect(jwtVerify(token, createLocalJWKSet(first), expected)).rejects.toThrow("no applicable key");
    await jwtVerify(token, createLocalJWKSet(both), { ...expected, currentDate: new Date(clock.now) });
    // The other replica has never heard of the new key, and asks the database once.
    expect((await call(other, "GET", "/v1/whoami", undefined, bearer(token))).status).toBe(200);
  });

  test("each administrative act is in the audit trail, which is sound", async () => {
    const { rows } = await database.query("select distinct act from audit_events order by act");
    expect(rows.map(({ act }) => act)).toEqual(expect.arrayContaining([...ACTS, "signing_key.made"]));
    const connection = await connect({ url: database.url(), name: "test", connectTimeout: 5000 });
    try {
      expect((await verifyAudit(connection)).findings).toEqual([]);
    } finally {
      connection.release();
    }
  });
});
