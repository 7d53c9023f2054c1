import type { ResolvedArchitecture } from "#model/architecture.ts";
import type { Finding } from "#model/evidence.ts";
import { SMALLEST_ROOT_VOLUME } from "#aws/machine-images.ts";
import { type Check, type Found, judged, referencesTo } from "../finding.ts";
import { caches, replicated } from "../parts.ts";
import { gib, list } from "../words.ts";

interface Amount {
  readonly cpu: number;
  readonly memory: number;
}

/** Whether containers are given what they ask for, and machines a disk that their image fits on. */
export const containerLimits: Check = (architecture) => [...limits(architecture), ...disks(architecture)];

/** Kubernetes refuses a pod whose limit is below its request. */
function limits(architecture: ResolvedArchitecture): Finding[] {
  if (architecture.compute.kind !== "eks") return [];
  const pods = [
    ...replicated(architecture).map(([name, { size, limits: most }]) => ({
      at: `services.${name}`,
      size,
      most,
    })),
    ...caches(architecture).map(([name, { size, limits: most }]) => ({ at: `stores.${name}`, size, most })),
  ];
  return pods.flatMap(({ at, size, most }) => (size && most ? [limit(at, size, most)] : []));
}

function limit(at: string, size: Amount, most: Amount): Finding {
  const below = (["cpu", "memory"] as const).filter((what) => most[what] < size[what]);
  const found: Found = {
    check: "container-limits",
    part: `${at}.limits`,
    says:
      below.length === 0
        ? `A container of ${at} may use what it asks for, and up to ${most.cpu} vCPU and ${gib(most.memory)}.`
        : `The limit of ${at} is below its request for ${list(below)}: Kubernetes refuses the pod.`,
    references: [
      {
        page: "https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/",
        asOf: "2025-05",
      },
    ],
  };
  const wanted = { cpu: Math.max(size.cpu, most.cpu), memory: Math.max(size.memory, most.memory) };
  return judged(below.length === 0, found, `Raise ${at}.limits to ${at}.size at the least.`, {
    [`${at}.limits`]: wanted,
  });
}

function disks({ compute }: ResolvedArchitecture): Finding[] {
  const volumes =
    compute.kind === "eks"
      ? Object.entries(compute.nodeGroups).map(([name, { disk }]) => ({
          part: `compute.nodeGroups.${name}.disk`,
          size: disk,
        }))
      : compute.kind === "ec2-auto-scaling"
        ? [{ part: "compute.volume.size", size: compute.volume.size }]
        : [];
  const fact = SMALLEST_ROOT_VOLUME[compute.kind === "eks" ? "eks" : "ec2"];
  return volumes.map(({ part, size }) => {
    const found: Found = {
      check: "root-volume",
      part,
      figure: size,
      limit: fact.value,
      unit: "bytes",
      says: `The disk has ${gib(size)}; the image needs ${gib(fact.value)}${size < fact.value ? ", and the machine does not start" : ""}.`,
      references: referencesTo(fact),
    };
    return judged(size >= fact.value, found, `Set ${part} to ${gib(fact.value)}.`, { [part]: fact.value });
  });
}
