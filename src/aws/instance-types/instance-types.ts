import type { Dated } from "../facts.ts";
import { BURSTABLE } from "./burstable.ts";
import { COMPUTE } from "./compute.ts";
import { GENERAL } from "./general.ts";
import { MEMORY } from "./memory.ts";
import type { InstanceTypeRow } from "./row.ts";

/** What one machine gives for as long as it runs; what it may do for a while on credits is not counted. */
export interface InstanceType {
  readonly name: string;
  readonly vcpus: number;
  readonly memory: number;
  /** Bytes a second, sent or received. */
  readonly network: number;
  readonly interfaces: number;
  /** Of one interface. */
  readonly addresses: number;
  /** To EBS; null where it is not known here. */
  readonly storage: { readonly bytesPerSecond: number; readonly operationsPerSecond: number } | null;
  /** Per cent of each vCPU that is earned as credits all the time; null where all of it is there. */
  readonly cpuBaseline: number | null;
}

const TABLE: Readonly<Record<string, InstanceTypeRow>> = {
  ...BURSTABLE,
  ...GENERAL,
  ...COMPUTE,
  ...MEMORY,
};

/** Of the tables of types: vCPUs, memory, network, interfaces, EBS. */
export const INSTANCE_TYPES_SOURCE: Dated<string> = {
  value: "baseline, not burst",
  page: "https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html",
  asOf: "2026-08",
  says: "Where two bandwidths are given, the first is the baseline and the second a burst that credits pay for.",
};

/** Per cent of each vCPU, by size; T3, T3a and T4g have the same. */
export const CPU_BASELINES: Dated<Readonly<Record<string, number>>> = {
  value: { nano: 5, micro: 10, small: 20, medium: 20, large: 30, xlarge: 40, "2xlarge": 40 },
  page: "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/burstable-credits-baseline-concepts.html",
  asOf: "2025-05",
  says: "Use above the baseline spends credits; without credits it is throttled, or in unlimited mode billed by the vCPU-hour.",
};

/** An EC2 instance type by its name; null for one that is not in the tables. */
export function instanceType(name: string): InstanceType | null {
  const row = Object.hasOwn(TABLE, name) ? TABLE[name] : undefined;
  if (!row) return null;
  const [vcpus, gib, networkMbps, interfaces, addresses, ebsMbps, ebsIops] = row;
  const [family = "", size = ""] = name.split(".");
  return {
    name,
    vcpus,
    memory: gib * 2 ** 30,
    network: bytesPerSecond(networkMbps),
    interfaces,
    addresses,
    storage:
      ebsMbps === undefined || ebsIops === undefined
        ? null
        : { bytesPerSecond: bytesPerSecond(ebsMbps), operationsPerSecond: ebsIops },
    cpuBaseline: family.startsWith("t") ? (CPU_BASELINES.value[size] ?? null) : null,
  };
}

/** The machine behind a DB instance class (`db.t3.small`) or a cache node type (`cache.t3.micro`): AWS names them alike. */
export function machineOf(instance: string): InstanceType | null {
  return instanceType(instance.replace(/^(db|cache)\./, ""));
}

/** Graviton's families end in g, with letters after it for what else they have: r6g, m7gd, c7gn. */
export function isGraviton(name: string): boolean {
  return /^(db\.|cache\.)?[a-z]+\d+g[a-z]*\./.test(name);
}

function bytesPerSecond(mbps: number): number {
  return (mbps * 1e6) / 8;
}
