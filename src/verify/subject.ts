import { analyse } from "#analysis/analyse.ts";
import { billOf } from "#cost/bill.ts";
import { savingsOf } from "#cost/savings.ts";
import type { Bill, PricedSaving } from "#cost/types.ts";
import type { ResolvedArchitecture } from "#model/architecture.ts";
import { PlumblineError } from "#model/errors.ts";
import type { Finding } from "#model/evidence.ts";
import { resolve } from "#model/resolve.ts";
import type { RebuildResult, Scenario, ScenarioResult, ServiceTimes } from "#simulator/scenarios/result.ts";
import { simulate, simulateRebuild } from "#simulator/scenarios/simulate.ts";
import { lazy } from "./lazy.ts";
import type { Seen } from "./measured.ts";
import type { DatedTiming } from "./report.ts";

/**
 * How much is simulated: `none` while it is only asked which checks there are, `some` in seconds, `more` where a twin takes
 * minutes anyway.
 */
export type Effort = "none" | "some" | "more";

const SEED = 1;
/** Of what is gone for hours no request is simulated, so that a run costs nothing. */
const LONG: ReadonlySet<Scenario> = new Set(["disaster", "region-failure"]);
/** For a 95th percentile, which has to be seen to be one. */
const RUNS = { some: 20, more: 100, long: 200 } as const;
/** Without a fault the runs are alike, and so few have their requests one by one, unless there are very many. */
const STEADY_RUNS = { some: 2, more: 5 } as const;

export interface SubjectOptions {
  readonly effort: Effort;
  /** As a twin has measured them; what the simulator assumes unless given. */
  readonly serviceTimes?: ServiceTimes;
}

/** What is verified, and all that follows from it; each is worked out when it is first asked for, and once. */
export class Subject {
  readonly architecture: ResolvedArchitecture;
  readonly #written: unknown;
  readonly #options: SubjectOptions;
  readonly #environments = new Map<string, ResolvedArchitecture>();
  readonly #bills = new Map<string, Seen<Bill>>();
  readonly #scenarios = new Map<string, Seen<ScenarioResult>>();

  /** @param written the architecture with all its environments: another one may have a price. */
  constructor(architecture: ResolvedArchitecture, written: unknown, options: SubjectOptions) {
    this.architecture = architecture;
    this.#written = written;
    this.#options = options;
    this.#environments.set(architecture.environment, architecture);
  }

  /** @throws PlumblineError ENVIRONMENT_UNKNOWN, ArchitectureError */
  in(environment: string): ResolvedArchitecture {
    return lazy(this.#environments, environment, () => resolve(this.#written, environment));
  }

  bill(environment: string = this.architecture.environment): Seen<Bill> {
    return lazy(this.#bills, environment, () => attempt(() => billOf(this.in(environment))));
  }

  readonly savings = once((): Seen<readonly PricedSaving[]> => attempt(() => savingsOf(this.architecture)));

  readonly findings = once((): readonly Finding[] => analyse(this.architecture));

  /** With AWS's own timings. @param rate requests a second; what the architecture promises unless told. */
  simulate(scenario: Scenario, rate?: number): Seen<ScenarioResult> {
    const { effort, serviceTimes } = this.#options;
    if (effort === "none") return { why: "nothing was simulated yet" };
    const isSteady = scenario === "steady";
    const options = {
      runs: LONG.has(scenario) ? RUNS.long : (isSteady ? STEADY_RUNS : RUNS)[effort],
      seed: SEED,
      ...(isSteady ? {} : { mode: "aggregate" as const }),
      ...(rate === undefined ? {} : { rate }),
      ...(serviceTimes === undefined ? {} : { serviceTimes }),
    };
    return lazy(this.#scenarios, `${scenario} ${rate}`, () =>
      attempt(() => simulate(this.architecture, scenario, options)),
    );
  }

  /** Every timing of AWS that took part in what was simulated so far. */
  timings(): DatedTiming[] {
    const results = [
      ...this.#scenarios.values(),
      ...(this.architecture.objectives.some(({ kind }) => kind === "rebuild") ? [this.rebuild()] : []),
    ];
    const used = results.flatMap((seen) => ("why" in seen ? [] : seen.value.timings));
    const dated = used.map(({ id, takes, says, page, asOf }) => ({
      id,
      says: `${takes}. ${says}`,
      page,
      asOf,
    }));
    return [...new Map(dated.map((each) => [each.id, each])).values()];
  }

  readonly rebuild = once((): Seen<RebuildResult & { readonly runs: number }> =>
    attempt(() => {
      const runs = RUNS.long;
      return { ...simulateRebuild(this.architecture, { runs, seed: SEED }), runs };
    }),
  );
}

/** What cannot be worked out for a reason that a user can mend is not seen, and a bug remains a bug. */
export function attempt<Value>(work: () => Value): Seen<Value> {
  try {
    return { value: work() };
  } catch (error) {
    if (error instanceof PlumblineError) return { why: error.message.replace(/\.$/, "") };
    throw error;
  }
}

function once<Value>(work: () => Value): () => Value {
  let done: { readonly value: Value } | undefined;
  return () => (done ??= { value: work() }).value;
}
