import type { Distribution } from "#aws/timings/distribution.ts";
import type { TimingId } from "#aws/timings/timings.ts";
import type { ResolvedArchitecture, ResolvedStore } from "#model/architecture.ts";
import { streamOf } from "../kernel/random.ts";
import { Delays, usedTimings } from "./delays.ts";
import { APPLICATION_START } from "./platforms/starting.ts";
import type { RebuildResult, ScenarioStep } from "./result.ts";
import { pathOf } from "./service-times.ts";
import { durationsOf } from "./spread.ts";

/** Something that Terraform makes, or that follows from it. */
interface Part {
  readonly name: string;
  readonly says: string;
  /** What has to be there first. */
  readonly after: readonly string[];
  /** One after the other. */
  readonly takes: readonly (TimingId | Distribution)[];
}

/** What of the infrastructure is there already: nothing, or what the second region's strategy keeps ready. */
export interface Ready {
  /** Network, load balancer, certificate and the cluster without nodes. */
  readonly core: boolean;
  /** Whether databases come from a backup, are made empty, or a replica is promoted. */
  readonly data: "empty" | "restored" | "replica";
  /** Whether there are only those backups that are copied to another region. */
  readonly onlyCopies: boolean;
  /** Whether replicas of the services run. */
  readonly services: boolean;
}

const NOTHING: Ready = { core: false, data: "restored", onlyCopies: false, services: false };

/** Terraform's own time: to read the configuration, to plan, and to make what takes no time by itself. */
const TERRAFORM: Distribution = { kind: "uniform", from: 30_000, to: 90_000 };
/** A migration, before the services start. */
const MIGRATION: Distribution = { kind: "uniform", from: 5_000, to: 20_000 };

export const REBUILD_ASSUMPTIONS: readonly string[] = [
  "Terraform makes at once whatever does not wait for something else; its own time is 30 s to 90 s.",
  "Quotas, images in the registry, secrets' values and the domain's hosted zone are there.",
  "Nothing fails, and nobody has to approve anything.",
];

/** How long it takes until an architecture that was made anew from code serves: the longest chain of what waits for each other. */
export function simulateRebuild(
  architecture: ResolvedArchitecture,
  { runs, seed }: { readonly runs: number; readonly seed: number },
): RebuildResult {
  const empty = rebuildParts(architecture, { ...NOTHING, data: "empty" });
  const restored = rebuildParts(architecture, NOTHING);
  const delays = new Delays(streamOf(seed, "rebuild"));
  const infrastructure = Array.from({ length: runs }, () => criticalPath(empty, delays));
  const whole = Array.from({ length: runs }, () => criticalPath(restored, delays));
  const sorted = infrastructure.toSorted((a, b) => a.totalMs - b.totalMs);
  return {
    infrastructureMs: durationsOf(infrastructure.map(({ totalMs }) => totalMs)),
    totalMs: durationsOf(whole.map(({ totalMs }) => totalMs)),
    steps: sorted[Math.floor(runs / 2)]?.steps ?? [],
    timings: usedTimings(delays.used),
    assumptions: REBUILD_ASSUMPTIONS,
  };
}

export function rebuildParts(architecture: ResolvedArchitecture, ready: Ready): Part[] {
  const stores = Object.entries(architecture.stores).flatMap(([name, store]) =>
    storePart(name, store, ready),
  );
  const core = ready.core ? (ready.services ? [] : nodeParts(architecture, [])) : coreParts(architecture);
  const services = ready.services ? [] : serviceParts(architecture, [...core, ...stores]);
  return [...core, ...stores, ...services];
}

function part(name: string, says: string, after: readonly string[], ...takes: Part["takes"]): Part {
  return { name, says, after, takes };
}

function coreParts(architecture: ResolvedArchitecture): Part[] {
  const { network, entry, compute } = architecture;
  const certificate = entry.certificate
    ? [part("certificate", "the certificate is validated", ["terraform"], "validate-certificate")]
    : [];
  const secured = certificate.map(({ name }) => name);
  const parts = [
    part("terraform", "Terraform plans and makes what takes no time", [], TERRAFORM),
    part("network", "network", ["terraform"], "create-network"),
    ...certificate,
    part("load-balancer", "load balancer", ["network", ...secured], "create-load-balancer"),
  ];
  if (network.nat !== "none") parts.push(part("nat", "NAT gateways", ["network"], "create-nat-gateway"));
  if (entry.cdn) parts.push(part("cdn", "CDN", ["load-balancer", ...secured], "create-cdn"));
  if (compute.kind === "eks")
    parts.push(
      part("cluster", "EKS control plane", ["network"], "create-eks-control-plane"),
      ...nodeParts(architecture, ["cluster", "nat"]),
      part("add-ons", "add-ons", ["nodes"], "create-eks-add-ons"),
    );
  if (compute.kind === "ecs-fargate")
    parts.push(part("cluster", "ECS cluster", ["terraform"], "create-ecs-cluster"));
  return parts;
}

/** A cluster without nodes takes no pods. */
function nodeParts({ compute }: ResolvedArchitecture, after: readonly string[]): Part[] {
  return compute.kind === "eks" ? [part("nodes", "node groups", after, "create-eks-node-group")] : [];
}

function storePart(name: string, store: ResolvedStore, { core, data, onlyCopies }: Ready): Part[] {
  if (store.kind === "bucket" || store.hosting === "pods") return [];
  const one = (verb: string, timing: TimingId): Part[] => [
    part(name, `stores.${name} is ${verb}`, core ? [] : ["network"], timing),
  ];
  if (store.kind === "redis") return data === "replica" ? [] : one("made", "create-cache");
  const isCluster = store.kind === "documentdb" || (store.kind === "postgresql" && store.engine === "aurora");
  if (data === "replica") return one("promoted", "promote-replica");
  if (data === "restored" && (!onlyCopies || store.backup.copyTo))
    return one("restored from its backup", isCluster ? "restore-cluster" : "restore-database");
  if (!isCluster) return one("made, empty", store.multiZone ? "create-rds-multi-az" : "create-rds-instance");
  return one(
    "made, empty",
    store.kind === "documentdb" ? "create-documentdb-cluster" : "create-aurora-cluster",
  );
}

function serviceParts(architecture: ResolvedArchitecture, before: readonly Part[]): Part[] {
  const { compute, services, entry } = architecture;
  const START = {
    eks: "pod-start",
    "ecs-fargate": "ecs-task-start",
    "ec2-auto-scaling": "ec2-instance-boot",
  } as const;
  const start = START[compute.kind];
  // Its credentials and addresses are those of the stores, and images come through NAT.
  const needed = before.map(({ name }) => name).filter((name) => name !== "cdn");
  const hasJobs = Object.values(services).some(({ kind }) => kind === "job");
  const health = services[pathOf(architecture)[0] ?? ""];
  const interval = health?.kind === "web" ? health.targetHealth.interval : 0;
  const migration = {
    name: "migration",
    says: "the migration runs",
    after: needed,
    takes: [start, MIGRATION],
  };
  const parts: Part[] = hasJobs ? [migration] : [];
  parts.push({
    name: "services",
    says: "the services start",
    after: hasJobs ? ["migration"] : needed,
    takes: [start, APPLICATION_START.aws],
  });
  parts.push({
    name: "targets",
    says: "the load balancer finds its targets healthy",
    after: ["services"],
    takes: ["target-registration", { kind: "uniform", from: 0, to: interval }],
  });
  if (entry.cdn && before.some(({ name }) => name === "cdn"))
    parts.push({ name: "all", says: "the CDN leads to them", after: ["targets", "cdn"], takes: [] });
  return parts;
}

/** The longest chain, with other delays each time. Parts stand behind those that they wait for. */
export function criticalPath(
  parts: readonly Part[],
  delays: Delays,
): { readonly totalMs: number; readonly steps: readonly ScenarioStep[] } {
  const done = new Map<string, { readonly endMs: number; readonly steps: readonly ScenarioStep[] }>();
  let longest: { readonly endMs: number; readonly steps: readonly ScenarioStep[] } = { endMs: 0, steps: [] };
  for (const { name, says, after, takes } of parts) {
    let last: { readonly endMs: number; readonly steps: readonly ScenarioStep[] } = { endMs: 0, steps: [] };
    for (const needed of after) {
      const ended = done.get(needed);
      if (ended !== undefined && ended.endMs > last.endMs) last = ended;
    }
    const steps = [...last.steps];
    let at = last.endMs;
    for (const take of takes) {
      const isTiming = typeof take === "string";
      const ms = isTiming ? delays.draw(take) : delays.drawOf(take);
      steps.push({ says, fromMs: at, toMs: at + ms, timing: isTiming ? take : null });
      at += ms;
    }
    const ended = { endMs: at, steps };
    done.set(name, ended);
    if (at > longest.endMs) longest = ended;
  }
  return { totalMs: longest.endMs, steps: longest.steps };
}
