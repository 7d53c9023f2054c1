import type { ResolvedArchitecture } from "#model/architecture.ts";
import type { Finding } from "#model/evidence.ts";
import { type Check, type Found, judged } from "../finding.ts";
import { type Replicated, replicated } from "../parts.ts";
import { count, time } from "../words.ts";

/** Whether a deployment leaves something that serves, gives a new version its time, and is taken back when it fails. */
export const rolloutSafety: Check = (architecture) => [
  ...replicated(architecture).flatMap(([name, service]) => [
    ...kept(architecture, name, service),
    breaker(name, service),
    ...deadline(architecture, name, service),
    ...firstCheck(name, service),
  ]),
  tested(architecture),
  ...previousImage(architecture),
];

function kept({ compute }: ResolvedArchitecture, name: string, { replicas, rollout }: Replicated): Finding[] {
  if (replicas.desired === 0) return [];
  const refreshed = compute.kind === "ec2-auto-scaling";
  const share = refreshed ? compute.instanceRefresh.minHealthy : rollout.minHealthy;
  const figure = Math.ceil((replicas.desired * share) / 100);
  const part = refreshed ? "compute.instanceRefresh.minHealthy" : `services.${name}.rollout.minHealthy`;
  const found: Found = {
    check: "rollout-capacity",
    part,
    figure,
    limit: 1,
    unit: "count",
    says: `While ${name} is rolled, ${share} % of ${count(replicas.desired, "replica")} stay healthy: ${figure === 0 ? "all may be stopped at once, and nothing answers until the new ones do" : `${figure} at the least`}.`,
  };
  return [judged(figure > 0, found, `Raise ${part} to 100.`, { [part]: refreshed ? 90 : 100 })];
}

function breaker(name: string, { rollout: { circuitBreaker } }: Replicated): Finding {
  const part = `services.${name}.rollout.circuitBreaker`;
  const isGuarded = circuitBreaker !== "none";
  const found: Found = {
    check: "failed-rollout",
    part,
    says: isGuarded
      ? `A version of ${name} that never gets healthy is ${circuitBreaker === "rollback" ? "rolled back" : "stopped"}.`
      : `A version of ${name} that never gets healthy is started again and again: nothing stops the deployment, and nothing takes it back.`,
  };
  return judged(isGuarded, found, `Set ${part} to "rollback".`, { [part]: "rollback" });
}

/** Kubernetes gives a roll up when it stands still for as long; a replica that may start as slowly looks like that. */
function deadline({ compute }: ResolvedArchitecture, name: string, service: Replicated): Finding[] {
  if (compute.kind !== "eks") return [];
  const { progressDeadline, minReady } = service.rollout;
  const needed = service.startTimeout + minReady;
  const part = `services.${name}.rollout.progressDeadline`;
  const found: Found = {
    check: "progress-deadline",
    part,
    figure: progressDeadline,
    limit: needed,
    unit: "milliseconds",
    says: `A roll of ${name} has failed when it makes no progress for ${time(progressDeadline)}; a replica may take ${time(service.startTimeout)} to start and counts ${time(minReady)} later.`,
    references: [
      {
        page: "https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#progress-deadline-seconds",
        asOf: "2025-05",
      },
    ],
  };
  return [
    judged(progressDeadline > needed, found, `Raise ${part} to ${time(2 * needed)}.`, { [part]: 2 * needed }),
  ];
}

/** A replica cannot be healthy before the load balancer has asked it. */
function firstCheck(name: string, service: Replicated): Finding[] {
  if (service.kind !== "web") return [];
  const { interval, timeout } = service.targetHealth;
  const part = `services.${name}.startTimeout`;
  const needed = interval + timeout;
  const found: Found = {
    check: "start-time",
    part,
    figure: service.startTimeout,
    limit: needed,
    unit: "milliseconds",
    says: `A replica of ${name} that is not healthy after ${time(service.startTimeout)} counts as failed. The load balancer asks every ${time(interval)} and waits ${time(timeout)} for the answer.`,
  };
  return [
    judged(service.startTimeout >= needed, found, `Raise ${part} to ${time(2 * needed)}.`, {
      [part]: 2 * needed,
    }),
  ];
}

function tested({ delivery: { stages } }: ResolvedArchitecture): Finding {
  const isTested = !stages.includes("production") || stages.includes("test");
  const found: Found = {
    check: "tested",
    part: "delivery.stages",
    says: isTested ? "What is delivered is tested before." : "What goes to production was not tested.",
  };
  return judged(isTested, found, "Begin with a stage of tests.", { "delivery.stages": ["test", ...stages] });
}

/** What is rolled back to has to be in the registry still. */
function previousImage({ registry, delivery }: ResolvedArchitecture): Finding[] {
  if (delivery.rollBack !== "automatic") return [];
  const found: Found = {
    check: "previous-image",
    part: "registry.keepTagged",
    figure: registry.keepTagged,
    limit: 2,
    unit: "count",
    says: `The registry keeps ${count(registry.keepTagged, "tagged image")}${registry.keepTagged < 2 ? ": the one before the newest, to which a failed deployment is rolled back, is deleted" : ""}.`,
  };
  return [
    judged(registry.keepTagged > 1, found, "Keep 10 of them.", {
      "registry.keepTagged": 10,
    }),
  ];
}
