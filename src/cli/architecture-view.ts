import type { ResolvedArchitecture, ResolvedObjective, ResolvedService } from "#model/architecture.ts";
import { TIERS } from "#model/network.ts";
import { formatCpu } from "#model/quantities/cpu.ts";
import { formatDuration } from "#model/quantities/duration.ts";
import { formatSize } from "#model/quantities/size.ts";
import { describeStore } from "#twin/substitutes.ts";
import { table } from "./output.ts";
import { style } from "./style.ts";

/** An architecture for people to read: what it has, what it promises, and where its document contradicts itself. */
export function renderArchitecture(architecture: ResolvedArchitecture): string {
  const { name, environment, region, description, document } = architecture;
  const heading = `${style.bold(name)} (${environment}) in ${region}${document ? style.dim(`  after ${document}`) : ""}`;
  return [
    description ? `${heading}\n${description}` : heading,
    section("network", network(architecture)),
    section("compute", [[architecture.compute.kind]]),
    section(
      "services",
      Object.entries(architecture.services).map(([service, value]) => [
        style.cyan(service),
        ...serviceCells(value),
      ]),
    ),
    section(
      "stores",
      Object.entries(architecture.stores).map(([store, value]) => [style.cyan(store), describeStore(value)]),
    ),
    section("objectives", architecture.objectives.map(objectiveCells)),
    section(
      "contradictions and decisions",
      architecture.notes.map(({ about, decision }) => [style.cyan(about), decision]),
    ),
  ]
    .filter((block) => block !== null)
    .join("\n\n");
}

function section(title: string, rows: readonly (readonly string[])[]): string | null {
  return rows.length === 0 ? null : `${style.bold(title)}\n${table(rows, "  ")}`;
}

function network({ network, zoneNames }: ResolvedArchitecture): string[][] {
  const { subnets } = network;
  return [
    [`VPC ${network.cidr}`, ...zoneNames],
    ...TIERS.flatMap((tier) => {
      const plan = subnets[tier];
      return plan.length > 0 ? [[`${tier} subnets`, ...plan]] : [];
    }),
    ["NAT gateways", network.nat],
  ];
}

function serviceCells(service: ResolvedService): string[] {
  const size = `${formatCpu(service.size.cpu)}, ${formatSize(service.size.memory)}`;
  const uses = service.uses.length > 0 ? `uses ${service.uses.join(", ")}` : "";
  if (service.kind === "job") return ["job", `before ${service.before.join(", ")}`, size, uses];
  const { min, desired, max } = service.replicas;
  const replicas = `${desired} replicas (${min} to ${max})`;
  return service.kind === "web"
    ? [`port ${service.port}`, replicas, size, uses]
    : ["worker", replicas, size, uses];
}

function objectiveCells(objective: ResolvedObjective): string[] {
  return [
    style.cyan(objective.id),
    objective.kind,
    target(objective),
    style.dim(`line ${objective.claim.line}: ${objective.claim.text}`),
  ];
}

function target(objective: ResolvedObjective): string {
  switch (objective.kind) {
    case "recovery":
      return `${objective.from} → within ${formatDuration(objective.within)}`;
    case "data-loss":
      return `${objective.from} → at most ${formatDuration(objective.within)} lost`;
    case "latency":
      return `${objective.of} ${objective.statistic} < ${formatDuration(objective.within)}`;
    case "throughput":
      return `${objective.of} ≥ ${Number(objective.atLeast.toFixed(1))}/s`;
    case "data-flow":
      return `${objective.of} ≥ ${objective.atLeast / 1e6} MB/s`;
    case "connections":
      return `${objective.to} ≥ ${objective.atLeast}`;
    case "utilisation":
      return `${objective.of} ${objective.between.join("–")} %`;
    case "cost": {
      const { from, to } = objective.perMonth;
      return `${objective.component ?? "total"} $${from === to ? from : `${from}–${to}`}`;
    }
    case "saving":
      return `${objective.by} up to ${objective.upTo} %`;
    case "redundancy":
      return objective.scope;
    case "continuity":
      return `during ${objective.during}`;
    case "rebuild":
      return `${formatDuration(objective.atLeast)} to ${formatDuration(objective.within)}`;
    case "relief":
      return `${objective.by} spares ${objective.of}`;
  }
}
