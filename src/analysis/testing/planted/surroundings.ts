import { api, database, type Planted } from "./planted.ts";

const files = (change: object) => ({
  stores: { files: { kind: "bucket", purpose: "artifacts", ...change } },
});
const volume = (storage: object) => database({ storage });
const certified = (domain: string) => ({
  entry: { dns: { domain: "api.example.com" }, certificate: { domain } },
});
const routes = (...paths: readonly string[]) => ({
  entry: { loadBalancer: { routes: paths.map((path) => ({ path, to: "api" })) } },
});
const balancer = (loadBalancer: object) => ({ entry: { loadBalancer } });
const region = (name: string) => ({ recovery: { region: { name, strategy: "warm-standby" } } });
const waf = (change: object) => ({
  entry: { ddos: "shield-standard", waf: { protects: ["load-balancer"], ...change } },
  sources: { "entry.ddos": { text: "DDoS protection", line: 1 } },
});

/** What stores, the network and the entry are given. */
export const SURROUNDINGS: readonly Planted[] = [
  // Stores
  {
    check: "lifecycle",
    part: "stores.files.lifecycle.0",
    on: "fargate",
    given: files({ lifecycle: [{ after: "30d", to: "standard-ia" }] }),
    fault: files({ lifecycle: [{ after: "10d", to: "standard-ia" }] }),
  },
  {
    check: "lifecycle",
    part: "stores.files.lifecycle.1",
    on: "fargate",
    given: files({
      lifecycle: [
        { after: "30d", to: "glacier" },
        { after: "90d", to: "deep-archive" },
      ],
    }),
    fault: files({
      lifecycle: [
        { after: "30d", to: "glacier" },
        { after: "20d", to: "deep-archive" },
      ],
    }),
  },
  {
    check: "lifecycle",
    part: "stores.files.lifecycle.0",
    on: "fargate",
    given: files({ lifecycle: [{ after: "90d", to: "glacier" }], expireAfter: "365d" }),
    fault: files({ expireAfter: "60d" }),
  },
  {
    check: "replication",
    part: "stores.files.copyTo",
    on: "fargate",
    given: files({ copyTo: { region: "us-west-2" }, versioned: true }),
    fault: files({ versioned: false }),
  },
  {
    check: "replication",
    part: "stores.files.copyTo",
    on: "fargate",
    given: files({ copyTo: { region: "us-west-2" }, versioned: true }),
    fault: files({ copyTo: { region: "us-east-1" } }),
  },
  {
    check: "public-data",
    part: "stores.files.classification",
    on: "fargate",
    given: { ...files({ purpose: "site" }), entry: { cdn: { site: "files" } } },
    fault: files({ classification: "restricted" }),
  },
  {
    check: "volume-size",
    part: "stores.database.storage.size",
    on: "fargate",
    fault: volume({ size: "5GiB" }),
  },
  {
    check: "volume-growth",
    part: "stores.database.storage.max",
    on: "fargate",
    fault: volume({ max: "21GiB" }),
  },
  {
    check: "volume-operations",
    part: "stores.database.storage.iops",
    on: "fargate",
    fault: volume({ type: "io2", size: "100GiB", max: "200GiB" }),
  },
  {
    check: "volume-operations",
    part: "stores.database.storage.type",
    on: "fargate",
    fault: volume({ type: "gp2" }),
  },
  {
    check: "max-connections",
    part: "stores.database.parameters.max_connections",
    on: "fargate",
    given: database({ parameters: { max_connections: "200" } }),
    fault: database({ parameters: { max_connections: "5000" } }),
  },
  {
    check: "clear-text",
    part: "stores.database.encryption.inTransit",
    on: "fargate",
    fault: database({ encryption: { inTransit: "optional" } }),
  },
  {
    check: "clear-text",
    part: "stores.database.parameters",
    on: "fargate",
    fault: database({ parameters: { "rds.force_ssl": "0" } }),
  },
  {
    check: "rotation-time",
    part: "stores.database.rotation",
    on: "fargate",
    given: database({ rotation: "30d" }),
    fault: database({ rotation: "1h" }),
  },
  {
    check: "log-interval",
    part: "stores.database.backup.logEvery",
    on: "fargate",
    fault: database({ backup: { logEvery: "1m" } }),
  },
  { check: "unused", part: "stores.cache", on: "fargate", fault: api({ uses: ["database"] }) },
  // Regions and addresses
  {
    check: "second-region",
    part: "stores.database.backup.copyTo.region",
    on: "fargate",
    fault: database({ backup: { copyTo: { region: "us-east-1" } } }),
  },
  {
    check: "region-copy",
    part: "stores.database.backup.copyTo",
    on: "fargate",
    fault: database({ backup: { copyTo: { region: "us-east-1" } } }),
  },
  {
    check: "copy-retention",
    part: "stores.database.backup.copyTo.retention",
    on: "fargate",
    fault: database({ backup: { copyTo: { retention: "0d" } } }),
  },
  {
    check: "second-region",
    part: "recovery.region.name",
    on: "fargate",
    given: region("us-west-2"),
    fault: region("us-east-1"),
  },
  {
    check: "region-known",
    part: "recovery.region.name",
    on: "fargate",
    fault: region("us-east-9"),
    verdict: "inconclusive",
  },
  {
    check: "own-addresses",
    part: "network.cidr",
    on: "fargate",
    fault: {
      network: {
        cidr: "8.8.0.0/16",
        subnets: {
          public: ["8.8.1.0/24", "8.8.2.0/24"],
          private: ["8.8.11.0/24", "8.8.12.0/24"],
          database: ["8.8.21.0/24", "8.8.22.0/24"],
        },
      },
    },
  },
  {
    check: "vpn-clients",
    part: "network.vpn.clients",
    on: "fargate",
    given: { network: { vpn: { clients: "10.8.0.0/22" } } },
    fault: { network: { vpn: { clients: "10.0.0.0/20" } } },
  },
  { check: "dns-names", part: "network.dns", on: "fargate", fault: { network: { dns: { support: false } } } },
  { check: "dns-names", part: "network.dns", on: "nodes", fault: { network: { dns: { hostnames: false } } } },
  // The entry
  {
    check: "certificate-name",
    part: "entry.certificate.domain",
    on: "fargate",
    given: certified("*.example.com"),
    fault: certified("*.example.org"),
  },
  {
    check: "route-order",
    part: "entry.loadBalancer.routes.1",
    on: "fargate",
    given: routes("/v2/*", "/*"),
    fault: routes("/*", "/v2/*"),
  },
  {
    check: "cdn-cache",
    part: "entry.cdn.cache",
    on: "fargate",
    given: { ...files({ purpose: "site" }), entry: { cdn: { site: "files" } } },
    fault: { entry: { cdn: { cache: { default: "30d", maximum: "1d" } } } },
  },
  {
    check: "rate-window",
    part: "entry.waf.rateLimit.window",
    on: "fargate",
    given: waf({ rateLimit: { requests: 2000, window: "5m" } }),
    fault: waf({ rateLimit: { requests: 2000, window: "3m" } }),
  },
  {
    check: "flood-protection",
    part: "entry.waf.rateLimit",
    on: "fargate",
    fault: waf({}),
  },
  {
    check: "cross-zone",
    part: "entry.loadBalancer.crossZone",
    on: "fargate",
    fault: balancer({ crossZone: false }),
  },
  {
    check: "idle-timeout",
    part: "entry.loadBalancer.idleTimeout",
    on: "fargate",
    fault: balancer({ idleTimeout: "1s" }),
  },
];
