import type { ResolvedStore } from "#model/architecture.ts";
import { machineOf } from "#aws/instance-types/instance-types.ts";
import type { ComponentId } from "../components.ts";
import type { Costs, Line } from "../line.ts";
import { GIB, HOURS_A_MONTH } from "../month.ts";
import { databaseSupport } from "../support.ts";

export type Database = Extract<ResolvedStore, { readonly kind: "postgresql" | "mysql" | "documentdb" }>;
type Sql = Exclude<Database, { readonly kind: "documentdb" }>;

/** gp3 includes so many operations a second; volumes from 400 GiB on include four times as many. https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Storage.html#gp3-storage */
const GP3_IOPS = { below400Gib: 3000, from400Gib: 12_000 } as const;
/** What the operating system's figures of one instance come to in CloudWatch Logs, once a minute. */
const ENHANCED_MONITORING_GB = 0.2;

export function isAurora(store: Database): boolean {
  return store.kind === "postgresql" && store.engine === "aurora";
}

export function componentOf(store: Database): ComponentId {
  if (store.kind === "documentdb") return "documentdb";
  return isAurora(store) ? "aurora" : `rds-${store.kind}`;
}

/** Instances of a cluster: the writer, and its readers. DocumentDB's standbys are one in each further zone. */
export function clusterInstances(store: Database, zones: number): number {
  const standbys = store.multiZone ? (store.kind === "documentdb" ? zones - 1 : 1) : 0;
  return 1 + Math.max(store.readReplicas, standbys);
}

export function databaseLines(costs: Costs, name: string, store: Database): Line[] {
  if (store.hosting === "pods") return [];
  if (store.kind === "documentdb" || isAurora(store)) return clusterLines(costs, name, store);
  return rdsLines(costs, name, store as Sql);
}

/** An RDS instance with its standby, and read replicas that are instances and volumes of their own. */
function rdsLines(costs: Costs, name: string, store: Sql): Line[] {
  const placements = [
    {
      label: store.multiZone ? "with standby" : "one zone",
      zones: store.multiZone ? "multi-zone" : "single-zone",
      count: 1,
    },
    { label: "read replicas", zones: "single-zone", count: store.readReplicas },
  ] as const;
  const part = `stores.${name}`;
  const component = componentOf(store);
  const lines = placements
    .filter(({ count }) => count > 0)
    .flatMap(({ label, zones, count }): Line[] => [
      {
        component,
        name: `${name}: ${store.instance} ${label}`,
        part,
        sku: `rds.${store.kind}.${store.instance}.${zones}`,
        quantity: count,
        hours: HOURS_A_MONTH,
        ...burstable(store.instance),
      },
      ...storageLines(store, { component, name, part, label, zones, count }),
    ]);
  const machines = (store.multiZone ? 2 : 1) + store.readReplicas;
  return [...lines, ...supportLines(costs, name, store, machines), ...monitoringLines(name, store, machines)];
}

/** Databases seldom run at full speed: that they stay below what earns credits is said, not priced. */
function burstable(instance: string): { readonly assumption?: string } {
  const baseline = machineOf(instance)?.cpuBaseline ?? null;
  return baseline === null
    ? {}
    : {
        assumption: `A ${instance} is taken to use no more than the ${baseline} % of its processors that it earns credits for.`,
      };
}

function storageLines(
  { storage }: Sql,
  of: Pick<Line, "component" | "name" | "part"> & {
    readonly label: string;
    readonly zones: string;
    readonly count: number;
  },
): Line[] {
  if (!storage) return [];
  const gib = storage.size / GIB;
  const line = { component: of.component, part: `${of.part}.storage` };
  const included = storage.type === "gp3" ? (gib < 400 ? GP3_IOPS.below400Gib : GP3_IOPS.from400Gib) : 0;
  const billed = storage.type === "gp2" ? 0 : Math.max(0, (storage.iops ?? 0) - included);
  return [
    {
      ...line,
      name: `${of.name}: ${storage.type} storage ${of.label}`,
      sku: `rds.storage.${storage.type}.${of.zones}`,
      quantity: of.count * gib,
    },
    ...(billed > 0
      ? [
          {
            ...line,
            name: `${of.name}: provisioned IOPS ${of.label}`,
            sku: `rds.iops.${storage.type}.${of.zones}`,
            quantity: of.count * billed,
          },
        ]
      : []),
  ];
}

/** Aurora and DocumentDB: instances, and storage that grows by itself and is billed for what is in it. */
function clusterLines({ architecture, usage, on }: Costs, name: string, store: Database): Line[] {
  const part = `stores.${name}`;
  const component = componentOf(store);
  const count = clusterInstances(store, architecture.zoneNames.length);
  const product = store.kind === "documentdb" ? "documentdb" : "aurora";
  const sku = store.kind === "documentdb" ? "documentdb" : "aurora.postgresql";
  return [
    {
      component,
      name: `${name}: ${store.instance}`,
      part,
      sku: `${sku}.${store.instance}`,
      quantity: count,
      hours: HOURS_A_MONTH,
      ...burstable(store.instance),
    },
    {
      component,
      name: `${name}: storage`,
      part,
      sku: `${product}.storage`,
      quantity: usage.databaseStorage.value,
      assumption: usage.databaseStorage.says,
    },
    {
      component,
      name: `${name}: operations on storage`,
      part,
      sku: `${product}.io`,
      quantity: usage.databaseOperations.value / 1e6,
      assumption: usage.databaseOperations.says,
    },
    ...(store.kind === "documentdb"
      ? []
      : [...supportLines({ on }, name, store, count), ...monitoringLines(name, store, count)]),
  ];
}

function supportLines({ on }: Pick<Costs, "on">, name: string, store: Sql, machines: number): Line[] {
  const support = databaseSupport(store, on);
  const vcpus = machineOf(store.instance)?.vcpus;
  if (!support || vcpus === undefined) return [];
  return [
    {
      component: componentOf(store),
      name: `${name}: extended support of version ${store.version}`,
      part: `stores.${name}.version`,
      sku: `rds.extended-support.year-${support.isLastYear ? 3 : 1}`,
      quantity: machines * vcpus,
      hours: HOURS_A_MONTH,
      assumption: support.says,
    },
  ];
}

/** Performance Insights is free for a week's history; Enhanced Monitoring writes to CloudWatch Logs. */
function monitoringLines(name: string, { insights }: Sql, machines: number): Line[] {
  if (!insights) return [];
  return [
    {
      component: "logs",
      name: `${name}: Enhanced Monitoring`,
      part: `stores.${name}.insights`,
      sku: "logs.ingested",
      quantity: machines * ENHANCED_MONITORING_GB,
      assumption: `Each instance is taken to write ${ENHANCED_MONITORING_GB} GB a month, once a minute.`,
    },
  ];
}
