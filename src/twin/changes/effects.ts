import type { ResolvedArchitecture, ResolvedService, ResolvedStore } from "#model/architecture.ts";

/**
 * What a running twin does about a change.
 *
 * - `start`, `stop`: a part is new, or is gone.
 * - `roll`: the service's replicas are replaced, with the jobs before it run first.
 * - `run`: the job runs.
 * - `configure`: the service's controllers go by it from now on.
 * - `route`: the load balancer is told anew, and keeps its connections.
 * - `none`: nothing that runs here depends on it.
 * - `restart`: it cannot be applied while the twin runs.
 */
export type Effect = "start" | "stop" | "roll" | "run" | "configure" | "route" | "none" | "restart";

/** The effect of each field; a new field of the model does not compile until it is here. */
type Effects<Part> = { readonly [Field in keyof Part]-?: Effect | Effects<NonNullable<Part[Field]>> };

type OfKind<Part, Kind> = Extract<Part, { readonly kind: Kind }>;
type EffectsByKind<Part extends { readonly kind: string }> = {
  readonly [Kind in Part["kind"]]: Effects<OfKind<Part, Kind>>;
};

/** What every service's process is started with, or is a matter of AWS alone. */
const PROCESS = {
  kind: "restart",
  description: "none",
  limits: "none",
  egress: "none",
  permissions: "none",
  runAsNonRoot: "none",
  readOnlyRootFilesystem: "none",
} as const;

const REPLICATED = {
  ...PROCESS,
  command: "roll",
  image: "roll",
  env: "roll",
  secrets: "roll",
  uses: "roll",
  // The machine's budget goes by sizes: a larger one may leave room for fewer replicas.
  size: "configure",
  replicas: "configure",
  scaling: "configure",
  rollout: "configure",
  startTimeout: "configure",
  stopTimeout: "configure",
  spread: "none",
  capacity: "none",
  disruption: "none",
  // Another command or variables of the version that runs is rolled.
  versions: "configure",
} as const;

export const SERVICE_EFFECTS = {
  web: {
    ...REPLICATED,
    port: "roll",
    targetHealth: "configure",
    probes: "configure",
    workers: "roll",
    example: "none",
  },
  worker: REPLICATED,
  job: {
    ...PROCESS,
    command: "run",
    image: "run",
    env: "run",
    secrets: "run",
    uses: "run",
    size: "none",
    before: "none",
    timeout: "none",
  },
} as const satisfies EffectsByKind<ResolvedService>;

const STORE = {
  kind: "restart",
  description: "none",
  subnets: "restart",
  publicAccess: "none",
  encryption: "none",
  classification: "none",
} as const;

/** What a server is started with, a running one does not change. */
const DATABASE = {
  ...STORE,
  hosting: "none",
  version: "restart",
  instance: "none",
  storage: "none",
  multiZone: "restart",
  readReplicas: "none",
  backup: "none",
  insights: "none",
  deletionProtection: "none",
  parameters: "restart",
  connectionsPerReplica: "restart",
  rotation: "configure",
} as const;

/** A server is started with how it archives; when backups are made, and how long they stay, is asked each time. */
const POSTGRESQL_BACKUP = {
  retention: "configure",
  every: "configure",
  pointInTime: "restart",
  logEvery: "restart",
  copyTo: "restart",
  finalSnapshot: "none",
} as const;

export const STORE_EFFECTS = {
  postgresql: { ...DATABASE, engine: "none", logExports: "none", backup: POSTGRESQL_BACKUP },
  mysql: { ...DATABASE, readReplicas: "restart", logExports: "none" },
  documentdb: { ...DATABASE, changeStreams: "restart", transactions: "restart", logExports: "none" },
  redis: {
    ...STORE,
    hosting: "restart",
    version: "restart",
    instance: "restart",
    size: "restart",
    limits: "restart",
    volume: "none",
    multiZone: "restart",
    readReplicas: "restart",
    purposes: "none",
    snapshots: { every: "restart", retention: "configure" },
    appendOnlyFile: "restart",
  },
  // A folder has none of it.
  bucket: {
    ...STORE,
    subnets: "none",
    purpose: "none",
    region: "none",
    versioned: "none",
    lifecycle: "none",
    expireAfter: "none",
    accessLogs: "none",
    copyTo: "configure",
  },
} as const satisfies EffectsByKind<ResolvedStore>;

export const SECRET_EFFECTS = {
  description: "none",
  holds: "roll",
  of: "roll",
  rotation: "configure",
} as const satisfies Effects<ResolvedArchitecture["secrets"][string]>;

/** Everything but the parts that have names; the zones' names follow from region and number. */
export const ARCHITECTURE_EFFECTS = {
  name: "restart",
  environment: "restart",
  description: "none",
  document: "none",
  region: "restart",
  network: {
    cidr: "restart",
    zones: "restart",
    subnets: "restart",
    nat: "none",
    databaseRoute: "none",
    dns: "none",
    networkAcls: "none",
    flowLogs: "none",
    endpoints: "none",
    vpn: "none",
  },
  entry: {
    dns: "none",
    certificate: "route",
    cdn: "none",
    waf: "none",
    ddos: "none",
    loadBalancer: {
      scheme: "restart",
      listeners: "route",
      routes: "route",
      algorithm: "none",
      crossZone: "route",
      idleTimeout: "route",
      deregistrationDelay: "route",
      slowStart: "route",
      stickiness: "route",
      accessLogs: "route",
      deletionProtection: "none",
    },
  },
  compute: "none",
  registry: "none",
  security: "none",
  terraform: "none",
  observability: "none",
  delivery: "none",
  recovery: "none",
  billing: "none",
  objectives: "none",
  sources: "none",
  notes: "none",
  planned: "none",
} as const satisfies Effects<Omit<ResolvedArchitecture, "services" | "stores" | "secrets" | "zoneNames">>;
