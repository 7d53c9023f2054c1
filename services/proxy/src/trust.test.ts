import type { IncomingMessage } from "node:http";

import { expect, test } from "vitest";

import { isTrusted, originOf } from "./trust.ts";

const from = (remoteAddress: string, way?: string) =>
  originOf({ socket: { remoteAddress }, headers: { "x-forwarded-for": way } } as unknown as IncomingMessage);

test.each([
  ["127.4.0.9", true],
  ["10.0.48.7", true],
  ["172.31.0.1", true],
  ["172.32.0.1", false],
  ["203.0.113.7", false],
  ["::1", true],
  ["fd00::1", true],
  ["2001:db8::1", false],
  ["unknown", false],
])("%s is trusted: %s", (address, expected) => {
  expect(isTrusted(address)).toBe(expected);
});

test("a client is the last on its way that is not trusted", () => {
  expect(from("203.0.113.7", "198.51.100.1")).toEqual({
    remote: "203.0.113.7",
    client: "203.0.113.7",
    isTrusted: false,
  });
  expect(from("10.0.0.1", "1.2.3.4, 203.0.113.7, 10.0.48.9").client).toBe("203.0.113.7");
  expect(from("10.0.0.1", "10.0.48.9, 10.0.48.8").client).toBe("10.0.48.9");
  expect(from("::ffff:10.0.0.1").client).toBe("10.0.0.1");
});
