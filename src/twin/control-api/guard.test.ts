import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { refusal } from "./guard.ts";

const TOKEN = "a-token";
const HOSTS = ["127.7.0.1:7350", "localhost:7350"];
const OURS = { host: "127.7.0.1:7350", authorization: `Bearer ${TOKEN}` };
const status = (headers: object) => refusal({ ...OURS, ...headers }, TOKEN, HOSTS)?.status ?? 200;

describe("a request to the control API", () => {
  it("passes with our host and the token, from a program or from our own pages", () => {
    expect(status({})).toBe(200);
    expect(status({ host: "localhost:7350" })).toBe(200);
    expect(status({ origin: "http://127.7.0.1:7350" })).toBe(200);
  });

  it("is refused for its host before anything else is looked at, then for its origin", () => {
    expect(status({ host: "evil.example", origin: "http://evil.example", authorization: "" })).toBe(421);
    expect(status({ origin: "http://evil.example", authorization: "" })).toBe(403);
    expect(status({ authorization: "" })).toBe(401);
    expect(refusal({ host: HOSTS[0] }, TOKEN, HOSTS)?.status).toBe(401);
    expect(refusal({}, TOKEN, HOSTS)?.status).toBe(421);
  });

  it.each([
    "https://127.7.0.1:7350",
    "http://127.7.0.1",
    "http://127.7.0.1:73500",
    "null",
    "",
    "HTTP://localhost:7350",
  ])("is refused when its origin is nearly ours: %j", (origin) => expect(status({ origin })).toBe(403));
});

/** Our own values, cut, lengthened, and with other characters in them, and anything else. */
const nearly = (ours: readonly string[]) =>
  fc.oneof(
    fc.string(),
    fc
      .tuple(fc.constantFrom(...ours), fc.nat(40), fc.nat(3), fc.string({ maxLength: 3 }))
      .map(([text, at, cut, put]) => text.slice(0, at) + put + text.slice(at + cut)),
  );

it("no host but ours passes", () => {
  fc.assert(
    fc.property(nearly(HOSTS), (host) => {
      expect(status({ host })).toBe(HOSTS.includes(host) ? 200 : 421);
    }),
    { numRuns: 1000 },
  );
});

it("no origin but ours passes", () => {
  const origins = HOSTS.map((host) => `http://${host}`);
  fc.assert(
    fc.property(nearly(origins), (origin) => {
      expect(status({ origin })).toBe(origins.includes(origin) ? 200 : 403);
    }),
    { numRuns: 1000 },
  );
});

it("no token but ours passes", () => {
  const wanted = `Bearer ${TOKEN}`;
  fc.assert(
    fc.property(nearly([wanted, TOKEN]), (authorization) => {
      expect(status({ authorization })).toBe(authorization === wanted ? 200 : 401);
    }),
    { numRuns: 1000 },
  );
});
