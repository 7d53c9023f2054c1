import { mkdtempSync, readFileSync, rmSync, existsSync, readdirSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { VerifyReport } from "#verify/report.ts";
import { lastLine, startPlumbline } from "../support/command-line.ts";

const cwd = mkdtempSync(join(tmpdir(), "plumbline-verify-"));
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

interface Failure {
  readonly error: { readonly code: string; readonly remedy: string };
}

function verify(...args: readonly string[]) {
  return startPlumbline(["verify", ...args], { cwd }).ended;
}

test("without a twin: one JSON object, a report for people, and a code for pipelines", async () => {
  const outcome = await verify("fargate", "--fast", "--json", "--report", "reports");
  const report = lastLine<VerifyReport>(outcome);
  expect(outcome.code).toBe(1);
  expect(report).toMatchObject({ architecture: "fargate", environment: "production", fast: true });
  expect(report.counts.fails).toBe(report.checks.filter(({ verdict }) => verdict === "fails").length);
  expect(readdirSync(join(cwd, "reports")).toSorted()).toEqual(["report.html", "report.json", "report.md"]);
  expect(JSON.parse(readFileSync(join(cwd, "reports", "report.json"), "utf8"))).toEqual(report);
});

test("what is chosen is all that is looked at; what holds ends well, and what is unknown with --strict does not", async () => {
  const holding = await verify("fargate", "--fast", "--only", "cost-registry,zones.computed", "--json");
  expect(holding.code).toBe(0);
  expect(
    lastLine<VerifyReport>(holding)
      .checks.map(({ id }) => id)
      .toSorted(),
  ).toEqual(["cost-registry.computed", "zones.computed"]);
  const unknown = ["microservices", "--fast", "--only", "database-latency"] as const;
  expect((await verify(...unknown)).code).toBe(0);
  expect((await verify(...unknown, "--strict")).code).toBe(1);
});

test("a check that there is not is refused, with those that there are", async () => {
  const { error } = lastLine<Failure>(await verify("fargate", "--fast", "--only", "recvery", "--json"));
  expect(error.code).toBe("VERIFY_CHECK_UNKNOWN");
  expect(error.remedy).toContain('Did you mean "recovery"?');
});

test("the next report says which verdicts have changed", async () => {
  await verify("three-tier", "--fast", "--json");
  const again = lastLine<VerifyReport>(await verify("three-tier", "--fast", "--json"));
  expect(again.comparedWith?.changes).toEqual([]);
});

test("a deployed system is asked no more than was said, and only about what load shows", async () => {
  let asked = 0;
  const server = createServer((_, response) => {
    asked++;
    response.end("{}");
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    const args = ["microservices", "--only", "api-latency,requests", "--against", url, "--json"];
    const outcome = await verify(...args, "--rate", "20/s", "--for", "2s");
    const report = lastLine<VerifyReport>(outcome);
    const measured = report.checks.filter(({ source }) => source === "measured");
    expect(measured.map(({ id, verdict }) => [id, verdict]).toSorted()).toEqual([
      ["api-latency.measured", "holds"],
      // Fewer were sent than are promised.
      ["requests.measured", "inconclusive"],
    ]);
    expect(measured.every(({ samples }) => samples === asked)).toBe(true);
    expect(asked).toBeGreaterThan(10);
    expect(asked).toBeLessThan(80);
  } finally {
    server.close();
  }
});

test("nothing is sent to another machine before somebody has agreed, and never at any rate", async () => {
  const against = ["microservices", "--against", "http://192.0.2.1", "--json"] as const;
  const refusal = async (...args: readonly string[]) =>
    lastLine<Failure>(await verify(...against, ...args)).error.code;
  expect(await refusal("--rate", "5/s")).toBe("NOT_CONFIRMED");
  expect(await refusal("--rate", "5000/s", "--yes")).toBe("LOAD_NOT_ALLOWED");
  expect(await refusal("--only", "cost")).toBe("VERIFY_AGAINST_UNSUITABLE");
  const fargate = await verify("fargate", "--against", "http://192.0.2.1", "--json");
  expect(lastLine<Failure>(fargate).error.code).toBe("VERIFY_AGAINST_UNSUITABLE");
});

test("on a twin: what AWS documents, what was simulated and measured, and both together; nothing is left", async () => {
  const outcome = await verify("fargate", "--only", "database-failover", "--json");
  const report = lastLine<VerifyReport>(outcome);
  const sources = Object.fromEntries(
    report.checks.map(({ id, source, samples }) => [id, [source, samples > 0]]),
  );
  expect(sources).toMatchObject({
    "database-failover.documented": ["documented", true],
    "database-failover.simulated": ["simulated", true],
    "database-failover.measured": ["measured", true],
    "database-failover.combined": ["documented", true],
  });
  const combined = report.checks.find(({ id }) => id === "database-failover.combined");
  expect(combined?.range?.from).toBeGreaterThan(60_000);
  expect(existsSync(join(cwd, ".plumbline", "verify-fargate-production"))).toBe(false);
}, 60_000);
