import type { ResolvedArchitecture } from "#model/architecture.ts";
import type { Finding } from "#model/evidence.ts";
import { FARGATE_SIZES } from "#aws/fargate.ts";
import { NODE_RESERVED } from "#aws/kubernetes.ts";
import { instanceType, isGraviton } from "#aws/instance-types/instance-types.ts";
import { type Check, fails, type Found, holds, inconclusive, referencesTo } from "../finding.ts";
import { allocatable } from "../node-capacity.ts";
import { type Eks, replicated, steadyGroups } from "../parts.ts";
import { gib, list } from "../words.ts";

/** Whether one replica fits on what it runs on, and whether its image does. */
export const machineFit: Check = (architecture) => {
  const { compute } = architecture;
  switch (compute.kind) {
    case "ecs-fargate":
      return Object.entries(architecture.services).map(([name, { size }]) => taskSize(name, size));
    case "ec2-auto-scaling":
      return [...onInstance(architecture, compute), processor(compute)];
    case "eks":
      return [...onNode(architecture, compute), ...processors(compute)];
  }
};

/** Fargate sells certain sizes and no others. */
function taskSize(name: string, { cpu, memory }: { readonly cpu: number; readonly memory: number }): Finding {
  const part = `services.${name}.size`;
  const references = referencesTo(FARGATE_SIZES);
  const size = FARGATE_SIZES.value.find((each) => each.cpu === cpu);
  const sizes = FARGATE_SIZES.value.map((each) => each.cpu);
  if (!size)
    return fails(
      {
        check: "task-size",
        part: `${part}.cpu`,
        says: `Fargate has no task of ${cpu} vCPU; it has ${list(sizes.map(String))}.`,
        references,
      },
      "Take the next larger one.",
      {
        [`${part}.cpu`]: sizes.find((each) => each > cpu) ?? 16,
      },
    );
  const wanted = memory / 2 ** 30;
  const fits = wanted >= size.least && wanted <= size.most && (wanted - size.least) % size.step === 0;
  const halves = size.cpu === 0.25 && [0.5, 1, 2].includes(wanted);
  const found: Found = {
    check: "task-size",
    part: `${part}.memory`,
    says: `${name} asks for ${cpu} vCPU and ${gib(memory)}. With ${cpu} vCPU Fargate takes ${gib(size.least * 2 ** 30)} to ${gib(size.most * 2 ** 30)}${size.cpu === 0.25 ? " (0.5, 1 or 2)" : `, in steps of ${size.step}`}.`,
    references,
  };
  if (fits || halves) return holds(found);
  const nearest = Math.min(
    size.most,
    Math.max(size.least, size.least + Math.ceil((wanted - size.least) / size.step) * size.step),
  );
  return fails(found, `Take ${nearest} GiB, or another number of vCPUs.`, {
    [`${part}.memory`]: nearest * 2 ** 30,
  });
}

function onInstance(
  architecture: ResolvedArchitecture,
  { instanceType: name }: { readonly instanceType: string },
): Finding[] {
  const type = instanceType(name);
  const part = "compute.instanceType";
  if (!type)
    return [
      inconclusive(
        { check: "machine-fit", part, says: `What ${name} holds is not known here.` },
        "Look it up.",
      ),
    ];
  return replicated(architecture).map(([service, { size }]) => {
    const found: Found = {
      check: "machine-fit",
      part: `services.${service}.size`,
      figure: size.memory,
      limit: type.memory,
      unit: "bytes",
      says: `A replica of ${service} asks for ${size.cpu} vCPU and ${gib(size.memory)}; a ${name} has ${type.vcpus} vCPU and ${gib(type.memory)}, of which the system takes some.`,
    };
    return size.cpu <= type.vcpus && size.memory < type.memory
      ? holds(found)
      : fails(found, "Take a larger instance type, or ask for less.");
  });
}

/** Any node of the steady groups has to hold any pod: the scheduler may have no other. */
function onNode(architecture: ResolvedArchitecture, compute: Eks): Finding[] {
  const types = steadyGroups(compute).flatMap(([, { instanceTypes }]) =>
    instanceTypes.flatMap((name) => instanceType(name) ?? []),
  );
  return replicated(architecture).map(([service, { size }]) => {
    const small = types.find(
      (type) => size.cpu > allocatable(type).cpu || size.memory > allocatable(type).memory,
    );
    const asked = `A pod of ${service} asks for ${size.cpu} vCPU and ${gib(size.memory)}`;
    const found: Found = {
      check: "machine-fit",
      part: `services.${service}.size`,
      says: small
        ? `${asked}, more than a ${small.name} has for pods: it stays pending where a node group is made of these.`
        : `${asked}, which every node has for pods.`,
      references: referencesTo(NODE_RESERVED),
    };
    return small ? fails(found, `Take ${small.name} out of the node groups, or ask for less.`) : holds(found);
  });
}

function processor({
  instanceType: name,
  architecture: declared,
}: {
  readonly instanceType: string;
  readonly architecture: string;
}): Finding {
  const actual = isGraviton(name) ? "arm64" : "x86_64";
  const found: Found = {
    check: "processor",
    part: "compute.architecture",
    says:
      actual === declared
        ? `A ${name} is ${actual}, as its image is.`
        : `A ${name} is ${actual}, and its image is to be ${declared}: it does not boot.`,
  };
  return actual === declared
    ? holds(found)
    : fails(found, `Declare ${actual}, or take another type.`, { "compute.architecture": actual });
}

/** A node group runs one image; an image of a service runs on one kind of processor unless it is built for both. */
function processors({ nodeGroups }: Eks): Finding[] {
  const kinds = Object.entries(nodeGroups).map(([group, { instanceTypes }]) => ({
    group,
    kinds: new Set(instanceTypes.map(isGraviton)),
  }));
  const mixed = kinds.find((each) => each.kinds.size > 1);
  const part = mixed ? `compute.nodeGroups.${mixed.group}.instanceTypes` : "compute.nodeGroups";
  const all = new Set(kinds.flatMap((each) => [...each.kinds]));
  if (mixed)
    return [
      fails(
        {
          check: "processor",
          part,
          says: `The group ${mixed.group} has types of two processor architectures, and runs one image.`,
        },
        "Make a group for each.",
      ),
    ];
  if (all.size > 1)
    return [
      inconclusive(
        {
          check: "processor",
          part,
          says: "Some groups are Graviton and some are not: every image has to be built for both.",
        },
        "Build images for arm64 and amd64.",
      ),
    ];
  return [
    holds({
      check: "processor",
      part,
      says: `All nodes are ${all.has(true) ? "Graviton (arm64)" : "x86_64"}.`,
    }),
  ];
}
