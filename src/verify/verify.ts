import type { ResolvedArchitecture } from "#model/architecture.ts";
import type { Verdict } from "#model/evidence.ts";
import type { ServiceTimes } from "#simulator/scenarios/result.ts";
import { billTables, leftOutChecks } from "./bill-tables.ts";
import { compare, type EarlierReport } from "./compare.ts";
import { findingChecks } from "./findings.ts";
import { generatedChecks } from "./generated.ts";
import { type Measured, recorder, type Wanted } from "./measured.ts";
import { checksOf, OBJECTIVE_KINDS } from "./objectives/objectives.ts";
import { type Promised, promisesOf } from "./promises.ts";
import type { ReportClaim, VerifyCheck, VerifyReport, Versions } from "./report.ts";
import { withRemedies } from "./remedies.ts";
import { Selection } from "./selection.ts";
import { Subject } from "./subject.ts";

export interface VerifyRequest {
  readonly architecture: ResolvedArchitecture;
  /** With all its environments: another one may have a price. */
  readonly written: unknown;
  /** What is wanted, by objective, kind, source or id. Empty: all. */
  readonly only: readonly string[];
  /** Whether nothing is run. */
  readonly fast: boolean;
  /** A deployed system that is asked in place of a twin; null: none. */
  readonly against: string | null;
}

/** What surrounds the checks in a report. */
export interface Circumstances {
  readonly measured: Measured;
  /** As a twin has measured them; null: what the simulator assumes. */
  readonly serviceTimes: ServiceTimes | null;
  readonly at: string;
  /** Since the verification began. */
  readonly seconds: () => number;
  readonly versions: Versions;
  readonly earlier: EarlierReport | null;
  readonly interrupted: boolean;
}

/** What has to be measured so that all wanted checks have a figure. @throws PlumblineError VERIFY_CHECK_UNKNOWN */
export function wantedOf({ architecture, written, only, fast }: VerifyRequest): Wanted {
  const subject = new Subject(architecture, written, { effort: "none" });
  const checks = allChecks(subject, recorder());
  const selection = new Selection(only);
  selection.assertKnown(checks, OBJECTIVE_KINDS);
  const asked = recorder();
  const measured = checks.filter((each) => !fast && each.source === "measured" && selection.has(each));
  for (const promised of among(promisesOf(architecture), measured))
    checksOf(promised, { subject, measured: asked });
  // Where everything is wanted, the load also tells the simulator how long a request takes.
  return { ...asked.wanted, load: asked.wanted.load || (only.length === 0 && !fast) };
}

/** The promises that some of these checks are about. */
function among(promises: readonly Promised[], checks: readonly VerifyCheck[]): readonly Promised[] {
  const ids = new Set(checks.map(({ objective }) => objective));
  return promises.filter(({ id }) => ids.has(id));
}

/** Makes every wanted check, and the report of them. */
export function verify(request: VerifyRequest, circumstances: Circumstances): VerifyReport {
  const { architecture, written, only, fast, against } = request;
  const { measured, serviceTimes, at, seconds, versions, earlier, interrupted } = circumstances;
  const selection = new Selection(only);
  // What is not wanted is not simulated either: that is what takes time.
  const there = allChecks(new Subject(architecture, written, { effort: "none" }), measured);
  const chosen = there.filter((each) => selection.has(each));
  const wanted = among(promisesOf(architecture), chosen);
  const isSimulated = chosen.some(({ source }) => source === "simulated");
  const subject = new Subject(architecture, written, {
    effort: isSimulated ? (fast ? "some" : "more") : "none",
    ...(serviceTimes === null ? {} : { serviceTimes }),
  });
  const all = allChecks(subject, measured, wanted);
  const made = (fast ? withoutUnmeasured(all) : all).filter((each) => selection.has(each));
  const checks = distinct(withRemedies(made)).toSorted(
    (a, b) => ORDER.indexOf(a.verdict) - ORDER.indexOf(b.verdict),
  );
  const scope = { at, fast, only, against, checks };
  return {
    schemaVersion: 1,
    architecture: architecture.name,
    environment: architecture.environment,
    region: architecture.region,
    document: architecture.document ?? null,
    ...scope,
    counts: countsOf(checks),
    bills: billTables(subject),
    timings: subject.timings(),
    notes: architecture.notes.map(({ about, decision, statements }) => ({
      about,
      decision,
      statements: statements.map(quoted),
    })),
    planned: architecture.planned.map(({ claim }) => quoted(claim)),
    substitutes: uniqueBy(
      checks.flatMap(({ substitutes }) => substitutes),
      ({ part, runs }) => `${part} ${runs}`,
    ),
    versions,
    comparedWith: compare(scope, earlier),
    interrupted,
    seconds: seconds(),
  };
}

const ORDER: readonly Verdict[] = ["fails", "inconclusive", "holds"];

/** In the document's order: what it promises, each with all that is known about it; then what nobody asked for. */
function allChecks(
  subject: Subject,
  measured: Measured,
  promises: readonly Promised[] = promisesOf(subject.architecture),
): VerifyCheck[] {
  const findings = findingChecks(subject);
  const promised = promises.flatMap((each) => [
    ...checksOf(each, { subject, measured }),
    ...findings.filter(({ objective }) => objective === each.id),
  ]);
  return [
    ...promised,
    ...findings.filter(({ objective }) => objective === null),
    ...leftOutChecks(subject),
    ...generatedChecks(subject),
  ];
}

/** Where nothing was run, what would have been measured is left out, unless nothing else is known about its objective. */
function withoutUnmeasured(checks: readonly VerifyCheck[]): VerifyCheck[] {
  const isKnown = new Set(
    checks.filter(({ source }) => source !== "measured").map(({ objective }) => objective),
  );
  return checks.filter(({ source, objective }) => source !== "measured" || !isKnown.has(objective));
}

/** Ids are unique: a second check about the same part of the same kind is counted. */
function distinct(checks: readonly VerifyCheck[]): VerifyCheck[] {
  const seen = new Map<string, number>();
  return checks.map((each) => {
    const times = (seen.get(each.id) ?? 0) + 1;
    seen.set(each.id, times);
    return times === 1 ? each : { ...each, id: `${each.id}.${times}` };
  });
}

function countsOf(checks: readonly VerifyCheck[]): Record<Verdict, number> {
  const count = (wanted: Verdict) => checks.filter(({ verdict }) => verdict === wanted).length;
  return { holds: count("holds"), fails: count("fails"), inconclusive: count("inconclusive") };
}

function quoted({
  text,
  line,
  document,
}: {
  text: string;
  line: number;
  document?: string | undefined;
}): ReportClaim {
  return { text, line, document: document ?? null };
}

function uniqueBy<Each>(values: readonly Each[], key: (value: Each) => string): Each[] {
  return [...new Map(values.map((value) => [key(value), value])).values()];
}
