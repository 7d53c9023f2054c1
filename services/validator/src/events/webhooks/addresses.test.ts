import type { lookup } from "node:dns";

import fc from "fast-check";
import { expect, test } from "vitest";

import { faultOfUrl, ForbiddenAddress, isPublic, lookupPublic } from "./addresses.ts";

const strict = { allowsHttp: false, hosts: new Set<string>() };
const lenient = { allowsHttp: true, hosts: new Set(["127.0.0.1", "hooks.internal"]) };

test.each([
  "https://bank.example/hooks",
  "https://bank.example:8443/hooks?tenant=7",
  "https://93.184.216.34/",
  "https://[2606:2800:220:1:248:1893:25c8:1946]/",
])("sends to %s", (url) => {
  expect(faultOfUrl(url, strict)).toBeUndefined();
});

test.each([
  ["http://bank.example/", "must begin with https:"],
  ["file:///etc/passwd", "must begin with https:"],
  ["hooks", "must be a URL of at most 2000 characters"],
  [`https://bank.example/${"x".repeat(2000)}`, "must be a URL of at most 2000 characters"],
  ["https://ann:secret@bank.example/", "must have no user and no password"],
  ["https://bank.example/#top", "must have no fragment"],
  ["https://127.0.0.1/", "leads to 127.0.0.1, which is not in the public internet"],
  // The same address in forms that a browser would take too.
  ["https://2130706433/", "leads to 127.0.0.1, which is not in the public internet"],
  ["https://0x7f.1/", "leads to 127.0.0.1, which is not in the public internet"],
  ["https://[::ffff:169.254.169.254]/", "leads to ::ffff:a9fe:a9fe, which is not in the public internet"],
])("does not send to %.60s", (url, fault) => {
  expect(faultOfUrl(url, strict)).toBe(fault);
});

test.each([
  "0.0.0.0",
  "10.1.2.3",
  "100.64.0.1",
  "127.8.8.8",
  "169.254.169.254",
  "169.254.170.2",
  "172.16.0.1",
  "192.0.2.1",
  "192.168.1.1",
  "198.18.0.1",
  "224.0.0.1",
  "255.255.255.255",
  "::",
  "::1",
  "::127.0.0.1",
  "::ffff:10.0.0.1",
  "64:ff9b::a00:1",
  "2002:a00:1::",
  "2001::1",
  "fd00:ec2::254",
  "fe80::1",
  "fe80::1%eth0",
  "fec0::1",
  "ff02::1",
  "nonsense",
])("%s is not in the public internet", (address) => {
  expect(isPublic(address)).toBe(false);
});

test("what is named is sent to, by http where that is allowed", () => {
  expect(faultOfUrl("http://127.0.0.1:9000/", lenient)).toBeUndefined();
  expect(faultOfUrl("http://127.0.0.2:9000/", lenient)).toMatch(/^leads to/);
});

test("any text is a URL that is sent to, or is refused", () => {
  fc.assert(
    fc.property(
      fc.constantFrom("https://", "https://a.b/", ""),
      fc.string({ unit: "grapheme" }),
      (start, rest) => {
        const fault = faultOfUrl(start + rest, strict);
        expect(fault === undefined || fault.length > 0).toBe(true);
      },
    ),
  );
});

/** Names that lead to these addresses. */
const resolver = (addresses: string[]) =>
  ((_host: string, _options: object, answer: (error: null, found: object[]) => void) =>
    answer(
      null,
      addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })),
    )) as unknown as typeof lookup;

const resolved = (host: string, addresses: string[], policy = strict) =>
  new Promise<unknown>((resolve) => {
    const find = lookupPublic(policy, resolver(addresses));
    find(host, { all: false }, (error, address) => resolve(error ?? address));
  });

test("a name is connected to where all of its addresses are public", async () => {
  expect(await resolved("bank.example", ["93.184.216.34"])).toBe("93.184.216.34");
  expect(await resolved("bank.example", ["93.184.216.34", "10.0.0.1"])).toBeInstanceOf(ForbiddenAddress);
  expect(await resolved("hooks.internal", ["10.0.0.1"])).toBeInstanceOf(ForbiddenAddress);
  expect(await resolved("hooks.internal", ["10.0.0.1"], lenient)).toBe("10.0.0.1");
});
