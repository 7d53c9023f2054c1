// Whoever is not who they say: nobody is let in, and nobody learns who there is.
import { afterAll, beforeAll, expect, test } from "vitest";

import { appOn } from "../../test/apps.ts";
import {
  bearer,
  call,
  type Clock,
  type Member,
  PASSWORD,
  refresh,
  signIn,
  signUp,
} from "../../test/people.ts";
import { json, onEngines, type TestDatabase } from "../../test/engines.ts";
import { startRedis, type TestRedis, whyWithoutRedis, withoutRedis } from "../../test/redis.ts";
import { until } from "../../test/until.ts";
import type { App } from "../app.ts";
import { migrate } from "../database/migrator.ts";
import { ACCOUNT_LIMIT, NETWORK_LIMIT } from "./throttle.ts";
import { codeOf, stepAt } from "./totp.ts";

const clock: Clock = { now: Date.now() };

let database: TestDatabase;
let redis: TestRedis;
let app: App;
let other: App;
let key: string;

/** Requests from an address of its own, so that attempts of one test do not count in another. */
let addresses = 0;
const somewhere = () => ({ "x-forwarded-for": `203.0.113.${++addresses}` });

async function member(name: string): Promise<Member> {
  const headers = { "x-actor": "root" };
  const body = { name, displayName: name, roles: ["viewer"] };
  const { body: made } = await call(app, "POST", "/v1/people", body, headers);
  return signUp(app, clock, made["invitation"]);
}

const attempt = (name: string, password: string, code: string, headers = somewhere()) =>
  call(app, "POST", "/v1/sessions", { name, password, code }, headers);

const read = (part: string | undefined) => JSON.parse(Buffer.from(part ?? "", "base64url").toString());
const write = (part: object) => Buffer.from(JSON.stringify(part)).toString("base64url");

onEngines({ title: `bad days of people${whyWithoutRedis}`, isSkipped: withoutRedis }, ({ start, engine }) => {
  // What the database has no part in is tried on one.
  const isFirst = engine === "postgresql";

  beforeAll(async () => {
    clock.now = Date.now();
    [database, redis] = await Promise.all([start(), startRedis()]);
    await migrate({ url: database.url(), deadline: 20_000 });
    const env = { AUTHENTICATION: "open", CACHE_URL: redis.url, PROXY_HOPS: "1" };
    [app, other] = await Promise.all([
      appOn(database.url(), env, () => clock.now),
      appOn(database.url(), env, () => clock.now),
    ]);
    await until(async () => (await attempt("nobody", "x", "000000")).status !== 503, 10_000);
    key = "validator:session:";
  });
  afterAll(async () => {
    await Promise.all([app?.server.close(), other?.server.close()]);
    await Promise.all([database?.stop(), redis?.stop()]);
  });

  test("a refresh token that is shown again ends all that came of it", async () => {
    const erika = await member("erika");
    const { body: signedIn } = await signIn(app, clock, erika, somewhere());
    const stolen = signedIn["refreshToken"];
    const { body: next } = await refresh(app, stolen);
    const replayed = await refresh(other, stolen);
    expect([replayed.status, replayed.body.code, replayed.body.reasons]).toEqual([401, "session_ended", []]);
    expect((await refresh(app, next["refreshToken"])).body.code, "nor is the newest one let in").toBe(
      "session_ended",
    );
    expect(await redis.client.exists(`${key}${String(signedIn["session"])}`)).toBe(0);
    const acts = await database.query(
      "select subject, details from audit_events where act = 'session.refresh_token_reused'",
    );
    expect(acts.rows.map(({ subject, details }) => [subject, json(details).person])).toEqual([
      [`sessions/${String(signedIn["session"])}`, "erika"],
    ]);
    expect((await signIn(app, clock, erika, somewhere())).status, "she signs in anew").toBe(201);
  });

  test("one refresh token shown ten times at once, on two replicas, is taken once at most", async () => {
    const { body } = await signIn(app, clock, await member("max"), somewhere());
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) => refresh(index % 2 === 0 ? app : other, body["refreshToken"])),
    );
    const taken = answers.filter(({ status }) => status === 200);
    expect(taken).toHaveLength(1);
    expect((await refresh(app, taken[0]?.body["refreshToken"])).status).toBe(401);
  });

  test("a code signs in once, also on two replicas at once, and no older one does after it", async () => {
    const ida = await member("ida");
    clock.now += 60_000;
    const code = codeOf(ida.secret, stepAt(clock.now));
    const body = { name: "ida", password: PASSWORD, code };
    const answers = await Promise.all(
      [app, other, app, other].map((on) => call(on, "POST", "/v1/sessions", body, somewhere())),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 401, 401, 401]);
    const older = codeOf(ida.secret, stepAt(clock.now) - 1);
    expect((await attempt("ida", PASSWORD, older)).body.code).toBe("sign_in_refused");
    expect((await attempt("ida", PASSWORD, code)).body.code).toBe("sign_in_refused");
  });

  test.runIf(isFirst)(
    "one password tried on many accounts gets nobody in, and soon not even an answer",
    async () => {
      const nora = await member("nora");
      const from = somewhere();
      const names = [
        "nora",
        ...Array.from({ length: NETWORK_LIMIT.free + 4 }, (_, index) => `guess${index}`),
      ];
      const seen: number[] = [];
      for (const name of names) {
        const { status, body } = await attempt(name, PASSWORD, "000000", from);
        seen.push(status);
        expect(body["reasons"]).toEqual([]);
      }
      expect(seen.slice(0, NETWORK_LIMIT.free + 1).every((status) => status === 401)).toBe(true);
      expect(seen.slice(NETWORK_LIMIT.free + 1).every((status) => status === 429)).toBe(true);
      // Whoever has an account there does not clear the way with it.
      const late = await attempt("nora", PASSWORD, codeOf(nora.secret, stepAt(clock.now + 30_000)), from);
      expect([late.status, late.headers["retry-after"]]).toEqual([429, "1"]);
      expect((await signIn(app, clock, nora, somewhere())).status, "from elsewhere she signs in").toBe(201);
    },
  );

  test.runIf(isFirst)(
    "an account that is guessed at is closed for longer and longer, the same whether there is one or not",
    async () => {
      const otto = await member("otto");
      const answersOf = async (name: string) => {
        const answers: unknown[] = [];
        for (let index = 0; index < ACCOUNT_LIMIT.free + 3; index++) {
          const { status, headers, body } = await attempt(name, "a wrong password", "123456");
          const { traceId: _, ...rest } = body;
          answers.push([status, headers["retry-after"], headers["www-authenticate"], rest]);
          // The first wait is over by then, the second is not.
          if (status === 429) clock.now += 1000;
        }
        return answers;
      };
      const [known, unknown] = [await answersOf("otto"), await answersOf("nobody.at.all")];
      expect(known).toEqual(unknown);
      expect(known.map((answer) => (answer as unknown[])[0])).toEqual([
        401, 401, 401, 401, 401, 401, 429, 401,
      ]);
      const right = await signIn(app, { now: clock.now - 30_000 }, otto, somewhere());
      expect([right.status, right.headers["retry-after"]], "not even who has both").toEqual([429, "1"]);
      clock.now += ACCOUNT_LIMIT.longest;
      expect((await signIn(app, clock, otto, somewhere())).status).toBe(201);
    },
  );

  test.runIf(isFirst)(
    "whether there is somebody of a name cannot be told by the work that the answer takes",
    async () => {
      await member("sina");
      const work: Record<string, number[]> = { sina: [], "nobody.of.this.name": [] };
      for (let round = 0; round < 3; round++) {
        for (const [name, taken] of Object.entries(work)) {
          // Of all threads of this process: what else the machine does makes answers slower, and not more work.
          const before = process.cpuUsage();
          expect((await attempt(name, "a wrong password", "123456")).status).toBe(401);
          const { user, system } = process.cpuUsage(before);
          taken.push(user + system);
        }
      }
      // The least of each is what is least disturbed by other work. Without the hash it is a tenth.
      const [known, unknown] = Object.values(work).map((taken) => Math.min(...taken)) as [number, number];
      expect(unknown / known).toBeGreaterThan(0.4);
      expect(unknown / known).toBeLessThan(2.5);
    },
  );

  test.runIf(isFirst)("attempts at once get no further than one after the other", async () => {
    const answers = await Promise.all(
      Array.from({ length: 15 }, () => attempt("nobody.in.parallel", "a wrong password", "123456")),
    );
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(ACCOUNT_LIMIT.free + 1);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(15 - ACCOUNT_LIMIT.free - 1);
  });

  test.runIf(isFirst)(
    "a token of another service, of another key, or without a signature opens nothing",
    async () => {
      const { body } = await signIn(app, clock, await member("paul"), somewhere());
      const [header, claims, signature] = String(body["accessToken"]).split(".");
      const forged = write({ ...read(claims), roles: ["administrator"] });
      for (const token of [
        `${header}.${forged}.${signature}`,
        `${write({ ...read(header), alg: "none" })}.${forged}.`,
        `${write({ ...read(header), kid: "another" })}.${claims}.${signature}`,
        `${header}.${write({ ...read(claims), iss: "https://issuer.example" })}.${signature}`,
      ]) {
        expect((await call(app, "GET", "/v1/people", undefined, bearer(token))).status).toBe(401);
      }
    },
  );

  test("a session that Redis has forgotten, or that is twelve hours old, gives out nothing", async () => {
    const ruth = await member("ruth");
    const [idle, old] = [
      await signIn(app, clock, ruth, somewhere()),
      await signIn(app, clock, ruth, somewhere()),
    ];
    await redis.client.del(`${key}${String(idle.body["session"])}`);
    expect((await refresh(app, idle.body["refreshToken"])).body.code).toBe("session_ended");
    expect(await redis.client.pttl(`${key}${String(old.body["session"])}`)).toBeLessThanOrEqual(1_800_000);
    clock.now += 12 * 3_600_000;
    expect((await refresh(app, old.body["refreshToken"])).body.code).toBe("session_ended");
  });

  test.runIf(isFirst)(
    "while Redis is away nobody is let in, and the refresh token that was not taken counts afterwards",
    async () => {
      const sven = await member("sven");
      const { body } = await signIn(app, clock, sven, somewhere());
      const own = bearer(body["accessToken"]);
      redis.freeze();
      try {
        clock.now += 30_000;
        const code = codeOf(sven.secret, stepAt(clock.now));
        const answers = await Promise.all([
          attempt("sven", PASSWORD, code),
          refresh(app, body["refreshToken"]),
          call(app, "GET", "/v1/sessions", undefined, own),
        ]);
        expect(answers.map(({ status, body: { code: why } }) => [status, why])).toEqual(
          answers.map(() => [503, "sessions_unavailable"]),
        );
        expect(
          (await call(app, "GET", "/v1/whoami", undefined, own)).status,
          "tokens go on until they end",
        ).toBe(200);
      } finally {
        redis.thaw();
      }
      await until(
        async () => (await call(app, "GET", "/v1/sessions", undefined, own)).status === 200,
        10_000,
      );
      expect((await refresh(app, body["refreshToken"])).status).toBe(200);
    },
  );
});
