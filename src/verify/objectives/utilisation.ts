import { referencesTo } from "#analysis/finding.ts";
import type { ScenarioResult } from "#simulator/scenarios/result.ts";
import { digits } from "../amounts.ts";
import type { LoadSeen, Seen } from "../measured.ts";
import type { Promised } from "../promises.ts";
import { promisedRate } from "../rate.ts";
import type { VerifyCheck } from "../report.ts";
import { loadBase } from "./loaded.ts";
import { checked, type Maker, unknown } from "./maker.ts";

export const utilisation: Maker<"utilisation"> = (promised, { subject, measured }) => {
  const { perSecond } = promisedRate(subject.architecture);
  return [
    simulatedUse(promised, subject.simulate("steady", perSecond), perSecond),
    loadedUse(promised, measured.load()),
  ];
};

function simulatedUse(
  promised: Promised<"utilisation">,
  seen: Seen<ScenarioResult>,
  rate: number,
): VerifyCheck {
  const source = "simulated";
  const title = `${nameOf(promised)} at ${digits(rate)} requests a second, with AWS's timings`;
  if ("why" in seen) return unknown(promised, { title, source, why: seen.why, ...limitOf(promised) });
  const { usage, runs, timings, assumptions } = seen.value;
  const services = Object.entries(usage).map(([name, { cpu, memory, replicas }]) => ({
    name,
    used: promised.of === "cpu" ? cpu.median : memory,
    replicas: replicas.median,
  }));
  const known = services.flatMap(({ used, ...rest }) => (used === null ? [] : [{ used, ...rest }]));
  if (known.length === 0)
    return unknown(promised, {
      title,
      source,
      why: `nobody has measured how much ${promised.of} a replica takes; run a verification with a twin`,
      ...limitOf(promised),
    });
  const count = known.reduce((sum, { replicas }) => sum + replicas, 0);
  const figure = known.reduce((sum, { used, replicas }) => sum + used * replicas, 0) / Math.max(count, 1);
  return checked(promised, {
    ...limitOf(promised),
    title,
    source,
    profile: "aws",
    figure,
    samples: runs,
    verdict: isWithin(figure, promised) ? "holds" : "fails",
    says: `${known.map(({ name, used, replicas }) => `${name} uses ${digits(used)} % of what is declared, in ${digits(replicas)} replicas`).join("; ")}. ${promisedSpan(promised)} ${assumptions[0] ?? ""}`.trim(),
    remedy: isWithin(figure, promised) ? null : remedyFor(figure, promised),
    references: referencesTo(...timings),
  });
}

function loadedUse(promised: Promised<"utilisation">, seen: Seen<LoadSeen>): VerifyCheck {
  const source = "measured";
  const title = `${nameOf(promised)} under load`;
  if ("why" in seen) return unknown(promised, { title, source, why: seen.why, ...limitOf(promised) });
  const figure = seen.value.utilisation[promised.of];
  if (figure === null)
    return unknown(promised, {
      title,
      source,
      why: "nobody could look at what the replicas used",
      ...limitOf(promised),
    });
  return checked(promised, {
    ...limitOf(promised),
    ...loadBase(seen.value),
    title,
    figure,
    verdict: isWithin(figure, promised) ? "holds" : "fails",
    says: `The replicas used ${digits(figure)} % of what is declared at ${digits(seen.value.rate)} requests a second, on this machine's processors. ${promisedSpan(promised)}`,
    remedy: isWithin(figure, promised) ? null : remedyFor(figure, promised),
  });
}

function isWithin(figure: number, { between: [from, to] }: Promised<"utilisation">): boolean {
  return figure >= from && figure <= to;
}

function remedyFor(figure: number, { between: [from, to], of }: Promised<"utilisation">): string {
  return figure < from
    ? `Declare fewer or smaller replicas, or promise less: below ${from} % of ${of} is paid for and not used.`
    : `Declare more or larger replicas, so that they use at most ${to} % of their ${of}.`;
}

function promisedSpan({ between: [from, to] }: Promised<"utilisation">): string {
  return `${from} to ${to} % is promised.`;
}

function nameOf({ of }: Promised<"utilisation">): string {
  return of === "cpu" ? "Use of processors" : "Use of memory";
}

function limitOf({ between: [from, to] }: Promised<"utilisation">) {
  return { limit: to, limitFrom: from, sense: "between", unit: "percent" } as const;
}
