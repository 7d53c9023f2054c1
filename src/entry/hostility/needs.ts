import { haproxyVersion } from "./haproxy.ts";

/**
 * Whether the tests that need HAProxy must be skipped, and the end of their title, which says why. Where
 * PLUMBLINE_TEST_REQUIRE (a list with commas) names "haproxy", this throws instead: a pipeline cannot pass
 * by testing nothing.
 */
export function needsHaproxy(): { version: string; skipped: boolean; why: string } {
  const version = haproxyVersion();
  if (version !== undefined) return { version, skipped: false, why: "" };
  const otherwise = "HAProxy is not installed";
  const required = (process.env["PLUMBLINE_TEST_REQUIRE"] ?? "").split(",").map((name) => name.trim());
  if (required.includes("haproxy")) throw new Error(`PLUMBLINE_TEST_REQUIRE names haproxy, and ${otherwise}`);
  return { version: "", skipped: true, why: ` (skipped: ${otherwise})` };
}
