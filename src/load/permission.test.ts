import { expect, it } from "vitest";
import { assertMayLoad, isLoopback } from "./permission.ts";

it("loopback is this machine alone", () => {
  expect(["127.0.0.1", "127.7.11.4", "::1", "::ffff:127.0.0.1"].every(isLoopback)).toBe(true);
  expect(["10.0.0.1", "128.0.0.1", "::", "2001:db8::1", "::ffff:10.0.0.1"].some(isLoopback)).toBe(false);
});

it("this machine may be loaded as one likes", async () => {
  await assertMayLoad("127.0.0.1", 100_000, false);
  await assertMayLoad("::1", 100_000, false);
});

it("another machine takes somebody's word, and a rate that does little harm", async () => {
  await expect(assertMayLoad("192.0.2.1", 1, false)).rejects.toMatchObject({ code: "LOAD_NOT_ALLOWED" });
  await expect(assertMayLoad("192.0.2.1", 1001, true)).rejects.toThrow("1001 requests a second");
  await assertMayLoad("192.0.2.1", 1000, true);
});
