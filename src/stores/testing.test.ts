import { afterEach, expect, it, vi } from "vitest";
import { needs } from "./testing.ts";

const met = { name: "postgresql", met: true, otherwise: "" };
const unmet = { name: "redis", met: false, otherwise: "redis-server is not on this machine" };

afterEach(() => void vi.unstubAllEnvs());

it("runs a suite whose needs are met", () => {
  vi.stubEnv("PLUMBLINE_TEST_REQUIRE", "postgresql,redis");
  expect(needs(met)).toEqual({ skipped: false, why: "" });
});

it("skips a suite and says why, unless the need is required", () => {
  vi.stubEnv("PLUMBLINE_TEST_REQUIRE", "postgresql");
  expect(needs(met, unmet)).toEqual({
    skipped: true,
    why: " (skipped: redis-server is not on this machine)",
  });
  vi.stubEnv("PLUMBLINE_TEST_REQUIRE", "postgresql, redis");
  expect(() => needs(met, unmet)).toThrow("PLUMBLINE_TEST_REQUIRE names redis");
});
