import { describe, expect, it } from "vitest";
import type { Verdict } from "#model/evidence.ts";
import { merge } from "#model/data.ts";
import { resolve } from "#model/resolve.ts";
import { smallWith } from "#model/testing/small.ts";
import { analyse } from "../analyse.ts";
import { type Base, sound } from "../testing/architectures.ts";
import { CAPACITY } from "../testing/planted/capacity.ts";
import { OFFERS } from "../testing/planted/offers.ts";
import { OPERATION } from "../testing/planted/operation.ts";
import { PEOPLE } from "../testing/planted/people.ts";
import { recovery } from "../testing/planted/planted.ts";
import { MACHINES, REPLICAS } from "../testing/planted/replicas.ts";
import { RESILIENCE } from "../testing/planted/resilience.ts";
import { SURROUNDINGS } from "../testing/planted/surroundings.ts";

function verdictOf(on: Base, change: unknown, check: string, part: string): Verdict | undefined {
  return analyse(sound(on, change)).find((finding) => finding.check === check && finding.part === part)
    ?.verdict;
}

const source = (text: string) => ({ sources: { "services.api.uses": { text, line: 7 } } });

const priced = (text: string) => ({
  objectives: [
    { id: "row", kind: "cost", component: "RDS", perMonth: { from: 1, to: 1 }, claim: { text, line: 2 } },
  ],
});

const verdictOfRow = (text: string) =>
  verdictOf("fargate", priced(text), "cost-table-parts", "objectives.row");

describe("a planted fault is found, and what is sound is not", () => {
  it.each(
    [
      ...RESILIENCE,
      ...OFFERS,
      ...CAPACITY,
      ...OPERATION,
      ...REPLICAS,
      ...MACHINES,
      ...SURROUNDINGS,
      ...PEOPLE,
    ].map((planted) => [`${planted.check}: ${planted.part}`, planted] as const),
  )("%s", (_, { check, part, on, fault, given = {}, verdict = "fails" }) => {
    expect(verdictOf(on, merge(given, fault), check, part)).toBe(verdict);
    expect(verdictOf(on, given, check, part)).not.toBe("fails");
  });
});

describe("a password that AWS changes", () => {
  it.each([
    ["fargate", "7 d", {}, "holds"],
    ["instances", "7 d", {}, "holds"],
    ["instances", "30 d", { stores: { database: { rotation: "30d" } } }, "holds"],
    ["nodes", "7 d", {}, "inconclusive"],
  ] as const)("on %s every %s, with %o: %s", (on, every, change, verdict) => {
    const found = analyse(sound(on, change)).find(({ check }) => check === "secret-rotation");
    expect(found?.verdict).toBe(verdict);
    expect(found?.says).toContain(`changes every ${every}`);
    expect(/rolls api after each rotation/.test(found?.says ?? "")).toBe(verdict === "holds");
  });
});

it("finds an alarm on what is not there", () => {
  const alarms = ["database-cpu", "cache-hit-rate"].map((signal) => ({ signal, above: 50, unit: "percent" }));
  const found = analyse(resolve(smallWith({ observability: { alarms } }), "production"));
  const verdicts = found.filter(({ check }) => check === "alarm-subject").map(({ verdict }) => verdict);
  expect(verdicts).toEqual(["holds", "fails"]);
});

describe("the document's own words", () => {
  it.each([
    ["contradiction", "contradiction", "fails"],
    ["gap", "left-open", "inconclusive"],
    ["choice", "contradiction", undefined],
  ])("a note that is a %s is a finding of %s: %s", (kind, check, verdict) => {
    const statements = [
      { text: "NAT Gateway (1)", line: 4 },
      { text: "a NAT gateway in each zone", line: 9 },
    ];
    const notes = [{ about: "NAT", kind, statements, decision: "One in each zone." }];
    expect(verdictOf("fargate", { notes }, check, "notes.0")).toBe(verdict);
  });

  it("finds a rule for what leaves that lets no machine start", () => {
    expect(
      verdictOf("fargate", source("Outbound: 5432 (PostgreSQL), 6379"), "egress-stated", "services.api.uses"),
    ).toBe("fails");
    expect(verdictOf("fargate", source("Outbound: 443, 5432"), "egress-stated", "services.api.uses")).toBe(
      "holds",
    );
    expect(
      verdictOf("fargate", source("Outbound: All traffic"), "egress-stated", "services.api.uses"),
    ).toBeUndefined();
  });

  it("finds what is there and to come at once", () => {
    const words = {
      sources: { "entry.waf": { text: "WAF (rate limits)", line: 3 } },
      entry: { waf: { protects: ["load-balancer"] } },
      planned: [{ what: "A WAF", claim: { text: "**WAF** (rate limits) for the API", line: 9 } }],
    };
    expect(verdictOf("fargate", words, "present-and-planned", "entry.waf")).toBe("fails");
  });

  it("finds a promise whose means are to come", () => {
    const words = {
      ...recovery("region-failure", "4h"),
      planned: [{ what: "A second region", claim: { text: "Multi-region deployment", line: 9 } }],
    };
    expect(verdictOf("fargate", words, "planned-means", "objectives.promise")).toBe("fails");
  });

  it("finds prices of what the architecture does not have", () => {
    expect(verdictOfRow("RDS db.t3.micro $ 30")).toBe("fails");
    expect(verdictOfRow("RDS db.t3.small $ 30")).toBe("holds");
    expect(verdictOfRow("NAT Gateway (1) $ 32")).toBe("fails");
    expect(verdictOfRow("NAT Gateway (2) $ 64")).toBe("holds");
  });
});
