import { referencesTo } from "#analysis/finding.ts";
import type { Durations, ScenarioResult, UsedTiming } from "#simulator/scenarios/result.ts";
import { time } from "../amounts.ts";
import type { Seen } from "../measured.ts";
import type { Promised } from "../promises.ts";
import type { VerifyCheck } from "../report.ts";
import { checked, unknown } from "./maker.ts";

/** What a simulation says about how long something takes: the 95th percentile of its runs against what is promised. */
export function simulatedDuration<Result extends { readonly steps: ScenarioResult["steps"] }>(
  promised: Promised,
  seen: Seen<Result & { readonly timings: readonly UsedTiming[]; readonly runs: number }>,
  {
    title,
    limitMs,
    of,
    what,
    hasSteps = true,
    never: hasNoEnd = "it has no end: nothing that the architecture declares brings service back",
    nothing = "Nothing has to recover: no request waits for what is gone.",
  }: {
    readonly title: string;
    readonly limitMs: number;
    readonly of: (result: Result) => Durations | null;
    /** What lasts that long, as the beginning of a sentence: `Service is away for`. */
    readonly what: string;
    /** Whether the steps are what takes so long. */
    readonly hasSteps?: boolean;
    /** What it means that it has no end, as half a sentence. */
    readonly never?: string;
    /** What it means that there is nothing, as a sentence. */
    readonly nothing?: string;
  },
): VerifyCheck {
  const source = "simulated";
  const limit = { limit: limitMs, sense: "at-most", unit: "milliseconds", profile: "aws" } as const;
  if ("why" in seen) return unknown(promised, { title, source, why: seen.why, ...limit });
  const { value: result } = seen;
  const { runs } = result;
  const durations = of(result);
  const base = {
    ...limit,
    title,
    source,
    samples: runs,
    references: referencesTo(...result.timings),
    series: {
      kind: "steps",
      steps: result.steps.filter(isFinite).map(({ says, fromMs, toMs }) => ({ says, fromMs, toMs })),
    },
  } as const;
  if (durations === null) return checked(promised, { ...base, figure: 0, verdict: "holds", says: nothing });
  const { min, median, max, p95, never } = durations;
  if (never > 0 || !Number.isFinite(p95))
    return checked(promised, {
      ...base,
      verdict: "fails",
      says: `In ${never} of ${runs} runs ${hasNoEnd}.`,
    });
  const isHeld = p95 <= limitMs;
  return checked(promised, {
    ...base,
    figure: p95,
    spread: { min, median, max },
    verdict: isHeld ? "holds" : "fails",
    says: `${what} up to ${time(p95)} in 95 % of ${runs} runs, ${time(median)} in half of them, with AWS's own timings; ${time(limitMs)} is promised.${hasSteps ? longestOf(result.steps) : ""}`,
  });
}

/** Which step takes the longest, where there are several. */
function longestOf(steps: ScenarioResult["steps"]): string {
  const [longest] = steps.filter(isFinite).toSorted((a, b) => b.toMs - b.fromMs - (a.toMs - a.fromMs));
  if (!longest || steps.length < 2) return "";
  return ` The longest step: ${longest.says} (${time(longest.toMs - longest.fromMs)}).`;
}

function isFinite({ fromMs, toMs }: { readonly fromMs: number; readonly toMs: number }): boolean {
  return Number.isFinite(fromMs) && Number.isFinite(toMs);
}
