import type { TwinStatus } from "#twin/status.ts";
import { curl } from "./curl.ts";
import { formatUptime, table } from "./output.ts";
import { renderRollouts } from "./rollout-view.ts";
import { renderScaling } from "./scaling-view.ts";
import { paintState, style } from "./style.ts";
import { unsettledOf } from "./unsettled.ts";

/** A running twin as a picture in text: the entry, each zone with what is in it, and what stands in for what. */
export function renderStatus(status: TwinStatus): string {
  return [
    heading(status),
    notYet(status),
    faults(status),
    "",
    entry(status),
    ...status.zones.map((zone) => zoneBlock(status, zone.name)),
    renderScaling(status.scaling),
    renderRollouts(status),
    stores(status),
    backups(status),
    substitutes(status),
  ]
    .filter((block) => block !== null)
    .join("\n");
}

function heading({
  architecture,
  environment,
  phase,
  uptimeSeconds,
  profile,
  supervisor,
}: TwinStatus): string {
  const facts = [
    `up ${formatUptime(uptimeSeconds)}`,
    `timing profile ${profile}`,
    `supervisor ${supervisor.pid} (${supervisor.memoryMiB} MiB)`,
  ];
  return `${style.bold(architecture)} (${environment}) is ${paintState(phase)}  ${style.dim(facts.join(", "))}`;
}

function notYet(status: TwinStatus): string | null {
  const rows = unsettledOf(status).map(({ name, progress, why }) => [style.yellow(name), progress, why]);
  return rows.length === 0 ? null : `\n  ${style.bold("not as it should be yet")}\n${table(rows, "    ")}`;
}

function faults({ faults }: TwinStatus): string | null {
  if (faults.length === 0) return null;
  const rows = faults.map(({ id, description, until }) => [
    style.red(id),
    description,
    until === null ? "" : style.dim(`heals at ${new Date(until).toLocaleTimeString()}`),
  ]);
  return `\n  ${style.bold("broken on purpose")}\n${table(rows, "    ")}`;
}

function entry({ loadBalancer }: TwinStatus): string {
  const listeners = loadBalancer.listeners.map((url) => style.cyan(url)).join("  ");
  const line = `  internet ──▶ load balancer  ${listeners || style.yellow("not listening yet")}  ${style.dim(pid(loadBalancer.pid))}`;
  const secure = loadBalancer.listeners.find((url) => url.startsWith("https:"));
  if (!secure) return line;
  return `${line}\n               ${style.dim(`over TLS with ${curl(`${secure}/`, loadBalancer.authority)}`)}`;
}

function zoneBlock({ zones, services, stores }: TwinStatus, name: string): string {
  const zone = zones.find((each) => each.name === name);
  const subnets = Object.entries(zone?.subnets ?? {}).map(([tier, cidr]) => `${tier} ${cidr}`);
  const node = zone?.listeners.map((url) => new URL(url)) ?? [];
  const rows = [
    ...(node[0] ? [["load balancer", "", "node", `${node[0].hostname}:${portsOf(node).join()}`, ""]] : []),
    ...services.flatMap(({ replicas }) =>
      replicas
        .filter((replica) => replica.zone === name)
        .map(({ id, state, address, pid: process }) => [
          id,
          paintState(state),
          "",
          address,
          style.dim(pid(process)),
        ]),
    ),
    ...stores.flatMap(({ nodes }) =>
      nodes
        .filter((node) => node.zone === name)
        .map(({ id, role, state, address, pid: process }) => [
          id,
          paintState(state),
          role,
          address,
          style.dim(pid(process)),
        ]),
    ),
    [
      "forwarder",
      paintState(zone?.forwarder.state ?? "down"),
      "",
      "",
      style.dim(pid(zone?.forwarder.pid ?? null)),
    ],
  ];
  return `  ${style.bold(name)}  ${style.dim(subnets.join("  "))}\n${table(rows, "    ")}`;
}

/** What somebody may rely on when a store's primary is lost. */
const PROTECTION = {
  synchronous: "in two zones",
  asynchronous: "takes over, may lose the last writes",
  none: "",
} as const satisfies Record<TwinStatus["stores"][number]["replication"], string>;

function stores({ stores }: TwinStatus): string | null {
  if (stores.length === 0) return null;
  const rows = stores.map(({ name, program, nodes, writer, reader, protected: isProtected, replication }) => [
    name,
    program,
    nodes.length > 1
      ? isProtected
        ? style.green(PROTECTION[replication])
        : style.yellow("not protected")
      : "",
    nodes.length > 0 ? `writer ${writer}  reader ${reader}` : writer || "services get no address of it",
  ]);
  return `\n  ${style.bold("stores")}\n${table(rows, "    ")}`;
}

function backups({ backups }: TwinStatus): string | null {
  if (backups.length === 0) return null;
  const rows = backups.map(({ store, backups: count, last, broken, trouble }) => [
    store,
    last === null ? style.yellow("none yet") : `${count}, the last at ${last}`,
    broken > 0 ? style.red(`${broken} cannot be restored`) : "",
    trouble === null ? "" : style.red(trouble),
  ]);
  return `\n  ${style.bold("backups")}\n${table(rows, "    ")}`;
}

function substitutes({ substitutes }: TwinStatus): string {
  const rows = substitutes.map(({ part, declared, runs }) => [style.dim(part), declared, `→ ${runs}`]);
  return `\n  ${style.bold("in place of AWS")}\n${table(rows, "    ")}`;
}

function pid(process: number | null): string {
  return process === null ? "" : `pid ${process}`;
}

/** A URL leaves out the port that its protocol has by custom. */
function portsOf(urls: readonly URL[]): string[] {
  return urls.map(({ port, protocol }) => port || (protocol === "https:" ? "443" : "80"));
}
