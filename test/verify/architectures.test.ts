import { describe, expect, test } from "vitest";
import { checkIn, verified } from "#verify/testing/verified.ts";
import { promisesOf } from "#verify/promises.ts";
import { resolve } from "#model/resolve.ts";
import { knownArchitectures, loadArchitecture } from "#twin/architecture-file.ts";
import { packageRoot } from "#twin/package-root.ts";

const all = await Promise.all(
  knownArchitectures(packageRoot).map(async ({ name, file }) => {
    const written = await loadArchitecture(file);
    return { name, written, report: verified(written) };
  }),
);
const reportOf = (name: string) => all.find((each) => each.name === name)!.report;

describe.each(all)("$name, without a twin", ({ written, report }) => {
  const { checks, counts } = report;

  test("has a check for everything that it promises", () => {
    const promised = promisesOf(resolve(written, "production")).map(({ id }) => id);
    const checked = new Set(checks.map(({ objective }) => objective));
    expect(promised.filter((id) => !checked.has(id))).toEqual([]);
  });

  test("has an id for each check, and counts them", () => {
    expect(new Set(checks.map(({ id }) => id)).size).toBe(checks.length);
    expect(counts.holds + counts.fails + counts.inconclusive).toBe(checks.length);
  });

  test("is data that JSON keeps as it is", () => {
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  });

  test("says what would make true what fails, and where every figure comes from", () => {
    const failing = checks.filter(({ verdict }) => verdict === "fails");
    expect(failing.filter(({ remedy }) => remedy === null).map(({ id }) => id)).toEqual([]);
    const simulated = checks.filter(({ source, samples }) => source === "simulated" && samples > 0);
    expect(simulated.filter(({ profile }) => profile !== "aws")).toEqual([]);
    const documented = checks.filter(({ source }) => source === "documented");
    expect(documented.filter(({ references }) => references.length === 0)).toEqual([]);
  });

  test("never passes what nobody has seen", () => {
    expect(checks.filter(({ verdict, samples }) => verdict === "holds" && samples === 0)).toEqual([]);
  });
});

test("RDS does not fail over in less than a minute, by AWS's own figures", () => {
  const check = checkIn(reportOf("three-tier"), "database-failover.documented");
  expect(check).toMatchObject({
    verdict: "fails",
    source: "documented",
    range: { from: 60_000, to: 120_000 },
    limit: 60_000,
    claimLine: 268,
  });
});

test("two NAT gateways are drawn, and one is priced", () => {
  const check = checkIn(reportOf("fargate"), "cost-nat.computed");
  expect(check).toMatchObject({ verdict: "fails", claimLine: 467, limit: 32 });
  expect(check.says).toContain("pays for 1 of 2");
});
