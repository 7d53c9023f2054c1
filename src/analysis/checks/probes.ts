import type { Finding } from "#model/evidence.ts";
import { type Check, type Found, judged } from "../finding.ts";
import { type Web, webs } from "../parts.ts";
import { count, time } from "../words.ts";

const references = [
  {
    page: "https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/",
    asOf: "2025-05",
  },
];

/** Whether the kubelet's probes give a replica the time that it may take, and ask it about nothing but itself. */
export const probes: Check = (architecture) =>
  architecture.compute.kind === "eks"
    ? webs(architecture).flatMap(([name, service]) => [
        readiness(name, service),
        ...patience(name, service),
        ...start(name, service),
        ...dependencies(name, service),
      ])
    : [];

function readiness(name: string, { probes: { readiness: probe }, targetHealth }: Web): Finding {
  const part = `services.${name}.probes.readiness`;
  return judged(
    probe !== undefined,
    {
      check: "readiness",
      part,
      says: probe
        ? `A pod of ${name} counts as ready when ${probe.path} says so.`
        : `${name} has no readiness probe: a pod counts as ready as soon as its container runs, so that old replicas are ended for new ones that do not answer yet.`,
      references,
    },
    `Add ${part}.`,
    { [part]: { path: targetHealth.path, interval: 5000, timeout: 1000, failures: 3, delay: 0 } },
  );
}

/** A container that is killed for one late answer is killed most when there is most to do. */
function patience(name: string, { probes: { liveness } }: Web): Finding[] {
  if (!liveness) return [];
  const part = `services.${name}.probes.liveness.failures`;
  const found: Found = {
    check: "liveness-patience",
    part,
    figure: liveness.failures,
    limit: 2,
    unit: "count",
    says: `A container of ${name} is ended after ${count(liveness.failures, "probe")} in a row without an answer within ${time(liveness.timeout)}.`,
    references,
  };
  return [judged(liveness.failures > 1, found, `Raise ${part} to 3.`, { [part]: 3 })];
}

/** Until the startup probe has succeeded once, liveness does not count; without one it counts from the first second. */
function start(name: string, { probes: { liveness, startup }, startTimeout }: Web): Finding[] {
  const probe = startup ?? liveness;
  if (!probe) return [];
  const part = `services.${name}.probes.startup`;
  const allowed = probe.delay + probe.interval * probe.failures;
  const wanted = Math.ceil(startTimeout / probe.interval);
  const found: Found = {
    check: "startup-time",
    part,
    figure: allowed,
    limit: startTimeout,
    unit: "milliseconds",
    says: `A replica of ${name} may take ${time(startTimeout)} to start; its ${startup ? "startup" : "liveness"} probe ends it after ${time(allowed)} (${count(probe.failures, "probe")}, one every ${time(probe.interval)}).`,
    references,
  };
  return [
    // What a replica may take is a bound: one that needs more than half of it is rare, and all do that are given less.
    judged(
      allowed * 2 >= startTimeout,
      {
        ...found,
        says: `${found.says}${allowed * 2 >= startTimeout ? "" : " One that starts slowly is restarted again and again, and never serves."}`,
      },
      `Add a startup probe of ${count(wanted, "failure")}, which holds liveness back until then.`,
      { [part]: { ...probe, delay: 0, failures: wanted } },
    ),
  ];
}

const ASKS_OTHERS = /ready|readiness|depend|deep|database|\bdb\b/i;

/** A database that is away would have every replica restarted, which brings it back no sooner. */
function dependencies(name: string, { probes: { liveness }, targetHealth, uses }: Web): Finding[] {
  if (!liveness || uses.length === 0) return [];
  const asks = ASKS_OTHERS.test(liveness.path);
  const part = `services.${name}.probes.liveness.path`;
  const found: Found = {
    check: "liveness-path",
    part,
    says: asks
      ? `The liveness probe of ${name} asks ${liveness.path}, which by its name looks at what ${name} depends on: while that is away, every replica is restarted again and again.`
      : `The liveness probe of ${name} asks ${liveness.path}.`,
    references,
  };
  const own = ASKS_OTHERS.test(targetHealth.path) ? undefined : { [part]: targetHealth.path };
  return [
    judged(!asks, found, "Let liveness look at the process alone, and readiness at what it needs.", own),
  ];
}
