import type { ResolvedArchitecture } from "#model/architecture.ts";
import type { Finding } from "#model/evidence.ts";
import { type Check, fails, type Found, holds } from "../finding.ts";
import { type Replicated, replicated, webs } from "../parts.ts";
import { time } from "../words.ts";

/** Settings that keep a deployment from going on, or from being taken back. */
export const deployment: Check = (architecture) => [
  ...imageTags(architecture),
  ...replicated(architecture).flatMap(([name, service]) => [
    rollout(architecture, name, service),
    ...disruption(name, service),
  ]),
  ...draining(architecture),
];

/** A roll-back names an image by its tag: where tags move, it gets what the tag means now. */
function imageTags({ registry, services, delivery }: ResolvedArchitecture): Finding[] {
  const rollsBack =
    delivery.rollBack === "automatic" ||
    Object.values(services).some(
      (service) => service.kind !== "job" && service.rollout.circuitBreaker === "rollback",
    );
  if (!rollsBack) return [];
  const found: Found = {
    check: "image-tags",
    part: "registry.tags",
    says:
      registry.tags === "mutable"
        ? `A failed deployment is rolled back to the image that its definition names. Tags are mutable: one that was pushed again names the failed image, and the good one has lost its tag, so that the registry may delete it (it keeps ${registry.keepTagged} tagged ones).`
        : "Tags are immutable: what a deployment is rolled back to is what ran before.",
    references: [
      {
        page: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html",
        asOf: "2025-05",
      },
    ],
  };
  return [
    registry.tags === "mutable"
      ? fails(found, 'Make tags immutable, by registry.tags "immutable", and deploy by digest.', {
          "registry.tags": "immutable",
        })
      : holds(found),
  ];
}

function rollout(
  { compute }: ResolvedArchitecture,
  name: string,
  { rollout: { minHealthy, max }, replicas }: Replicated,
): Finding {
  const at = `services.${name}.rollout`;
  const surge = Math.floor((replicas.desired * max) / 100) - replicas.desired;
  const taken = replicas.desired - Math.ceil((replicas.desired * minHealthy) / 100);
  const stuck = compute.kind !== "ec2-auto-scaling" && replicas.desired > 0 && surge <= 0 && taken <= 0;
  const found: Found = {
    check: "rollout",
    part: at,
    figure: max,
    limit: minHealthy,
    unit: "percent",
    says: stuck
      ? `${name} keeps ${minHealthy} % of ${replicas.desired} replicas healthy and runs ${max} % at the most: none may stop before another runs, and no other may run. A deployment never begins.`
      : `${name} keeps ${minHealthy} % healthy and runs ${max} % at the most while it is rolled: ${Math.max(0, surge)} more, or ${Math.max(0, taken)} fewer.`,
  };
  return stuck
    ? fails(found, `Raise ${at}.max to 200, or lower minHealthy.`, { [`${at}.max`]: 200 })
    : holds(found);
}

function disruption(name: string, { disruption: budget, replicas }: Replicated): Finding[] {
  if (!budget) return [];
  const part = `services.${name}.disruption.minAvailable`;
  const isBlocked = budget.minAvailable >= replicas.min && budget.minAvailable > 0;
  const found: Found = {
    check: "disruption-budget",
    part,
    figure: budget.minAvailable,
    limit: replicas.min,
    unit: "count",
    says: `${budget.minAvailable} of at least ${replicas.min} replicas of ${name} have to be available${isBlocked ? ": at the least none may be evicted, and no node can be drained or upgraded" : ""}.`,
    references: [
      { page: "https://kubernetes.io/docs/tasks/run-application/configure-pdb/", asOf: "2025-05" },
    ],
  };
  return [
    isBlocked
      ? fails(found, `Lower ${part} to ${Math.max(0, replicas.min - 1)}, or raise replicas.min.`, {
          [part]: Math.max(0, replicas.min - 1),
        })
      : holds(found),
  ];
}

/** On Kubernetes SIGTERM and deregistration come at once: a pod that ends first drops what is still sent to it. */
function draining(architecture: ResolvedArchitecture): Finding[] {
  if (architecture.compute.kind !== "eks") return [];
  const { deregistrationDelay, routes } = architecture.entry.loadBalancer;
  return webs(architecture)
    .filter(([name]) => routes.some(({ to }) => to === name))
    .map(([name, { stopTimeout }]) => {
      const part = `services.${name}.stopTimeout`;
      const found: Found = {
        check: "draining",
        part,
        figure: stopTimeout,
        limit: deregistrationDelay,
        unit: "milliseconds",
        says: `A pod of ${name} is ended ${time(stopTimeout)} after SIGTERM at the latest; the load balancer lets requests to it finish for ${time(deregistrationDelay)}.`,
        references: [
          {
            page: "https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination-flow",
            asOf: "2025-05",
          },
        ],
      };
      return stopTimeout >= deregistrationDelay
        ? holds(found)
        : fails(found, `Raise ${part} to ${time(deregistrationDelay)}.`, { [part]: deregistrationDelay });
    });
}
