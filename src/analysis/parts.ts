import type {
  ResolvedArchitecture,
  ResolvedObjective,
  ResolvedService,
  ResolvedStore,
} from "#model/architecture.ts";

export type Replicated = Extract<ResolvedService, { readonly kind: "web" | "worker" }>;
export type Web = Extract<ResolvedService, { readonly kind: "web" }>;
export type Bucket = Extract<ResolvedStore, { readonly kind: "bucket" }>;
export type Redis = Extract<ResolvedStore, { readonly kind: "redis" }>;
export type Database = Exclude<ResolvedStore, Bucket | Redis>;
export type Eks = Extract<ResolvedArchitecture["compute"], { readonly kind: "eks" }>;
type NodeGroup = Eks["nodeGroups"][string];

type Named<T> = readonly [name: string, part: T];

/** Services that run in replicas. */
export function replicated({ services }: ResolvedArchitecture): Named<Replicated>[] {
  return Object.entries(services).flatMap(([name, service]) =>
    service.kind === "job" ? [] : [[name, service] as const],
  );
}

export function webs({ services }: ResolvedArchitecture): Named<Web>[] {
  return Object.entries(services).flatMap(([name, service]) =>
    service.kind === "web" ? [[name, service] as const] : [],
  );
}

export function databases({ stores }: ResolvedArchitecture): Named<Database>[] {
  return Object.entries(stores).flatMap(([name, store]) =>
    store.kind === "bucket" || store.kind === "redis" ? [] : [[name, store] as const],
  );
}

export function caches({ stores }: ResolvedArchitecture): Named<Redis>[] {
  return Object.entries(stores).flatMap(([name, store]) =>
    store.kind === "redis" ? [[name, store] as const] : [],
  );
}

export function buckets({ stores }: ResolvedArchitecture): Named<Bucket>[] {
  return Object.entries(stores).flatMap(([name, store]) =>
    store.kind === "bucket" ? [[name, store] as const] : [],
  );
}

/** Replicated services that talk to a part. */
export function usersOf(architecture: ResolvedArchitecture, part: string): Named<Replicated>[] {
  return replicated(architecture).filter(([, { uses }]) => uses.includes(part));
}

/** Services that cannot do all of their work without a part: who uses it, and who uses those. */
export function dependentsOf(architecture: ResolvedArchitecture, part: string): string[] {
  const found = new Set<string>();
  const visit = (name: string): void => {
    for (const [user] of usersOf(architecture, name)) {
      if (found.has(user)) continue;
      found.add(user);
      visit(user);
    }
  };
  visit(part);
  return [...found];
}

export function objectivesOf<Kind extends ResolvedObjective["kind"]>(
  { objectives }: ResolvedArchitecture,
  kind: Kind,
): Extract<ResolvedObjective, { readonly kind: Kind }>[] {
  type Wanted = Extract<ResolvedObjective, { readonly kind: Kind }>;
  return objectives.filter((objective): objective is Wanted => objective.kind === kind);
}

/** Groups of nodes that pods of services may count on: those that are not taken away at two minutes' notice. */
export function steadyGroups({ nodeGroups }: Eks): Named<NodeGroup>[] {
  return Object.entries(nodeGroups).filter(([, { capacity }]) => capacity === "on-demand");
}

/** The most nodes that there may be of all groups together. */
export function mostNodes(compute: Eks): number {
  const sum = Object.values(compute.nodeGroups).reduce((all, { max }) => all + max, 0);
  return Math.min(sum, compute.maxNodes ?? sum);
}

/** Instances of a store that hold its data, with whatever may take over and whatever can only be read. */
export function instancesOf(architecture: ResolvedArchitecture, store: Database | Redis): number {
  if (store.hosting === "pods") return 1;
  if (store.kind === "documentdb")
    return 1 + Math.max(store.readReplicas, store.multiZone ? architecture.network.zones - 1 : 0);
  if (store.kind === "redis" || (store.kind === "postgresql" && store.engine === "aurora"))
    return 1 + Math.max(store.readReplicas, store.multiZone ? 1 : 0);
  return 1 + (store.multiZone ? 1 : 0) + store.readReplicas;
}

/** Whether another instance takes over by itself when the primary is gone. */
export function hasFailover(architecture: ResolvedArchitecture, store: Database | Redis): boolean {
  if (store.hosting === "pods") return false;
  const isCluster = store.kind === "documentdb" || (store.kind === "postgresql" && store.engine === "aurora");
  return isCluster ? instancesOf(architecture, store) > 1 : store.multiZone;
}

/** `RDS MySQL`, `Aurora PostgreSQL`, `DocumentDB`, `ElastiCache Redis`; what runs in pods has no name of AWS's. */
export function productOf(store: Database | Redis): string {
  const engine = { postgresql: "PostgreSQL", mysql: "MySQL", documentdb: "DocumentDB", redis: "Redis" }[
    store.kind
  ];
  if (store.hosting === "pods") return `${engine} in pods`;
  if (store.kind === "redis") return "ElastiCache Redis";
  if (store.kind === "documentdb") return "DocumentDB";
  return store.kind === "postgresql" && store.engine === "aurora" ? "Aurora PostgreSQL" : `RDS ${engine}`;
}

/** What a Redis holds that is nowhere else: losing it is losing data. The others can be made again. */
export function stateOf({ purposes }: Redis): string[] {
  return purposes.filter((purpose) => purpose === "sessions" || purpose === "queue");
}
