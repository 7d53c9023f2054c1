import { api, cache, database, group, recovery, type Planted } from "./planted.ts";

export const RESILIENCE: readonly Planted[] = [
  // Single points and zones
  { check: "single-point", part: "network.nat", on: "fargate", fault: { network: { nat: "single" } } },
  {
    check: "single-point",
    part: "services.api.replicas.min",
    on: "fargate",
    fault: api({ replicas: { min: 1 } }),
  },
  { check: "single-point", part: "compute.nodeGroups.main.min", on: "nodes", fault: group({ min: 1 }) },
  { check: "single-point", part: "stores.database", on: "fargate", fault: database({ multiZone: false }) },
  { check: "single-point", part: "stores.cache", on: "fargate", fault: cache({ multiZone: false }) },
  { check: "zone-spread", part: "services.api", on: "fargate", fault: api({ spread: "none" }) },
  {
    check: "zone-loss-capacity",
    part: "services.api.scaling.0.target",
    on: "fargate",
    fault: api({ scaling: [{ kind: "target-tracking", metric: "cpu", target: 80 }] }),
  },
  // Times
  {
    check: "failover-time",
    part: "stores.database",
    on: "fargate",
    fault: recovery("database-failure", "30s"),
    given: {},
  },
  {
    check: "failover-time",
    part: "stores.database",
    on: "fargate",
    given: recovery("database-failure", "2m"),
    fault: database({ multiZone: false }),
  },
  {
    check: "health-detection",
    part: "services.api.targetHealth",
    on: "fargate",
    given: recovery("replica-hang", "70s"),
    fault: api({ targetHealth: { interval: "60s" } }),
  },
  {
    check: "liveness",
    part: "services.api.probes.liveness",
    on: "nodes",
    given: recovery("replica-crash", "1m"),
    fault: api({ probes: { liveness: { interval: "30s" } } }),
  },
  {
    check: "node-loss",
    part: "compute.nodeGroups",
    on: "nodes",
    given: {},
    fault: recovery("node-failure", "1m"),
  },
  {
    check: "zone-recovery",
    part: "network.zones",
    on: "fargate",
    given: recovery("zone-failure", "3m"),
    fault: database({ multiZone: false }),
  },
  // Data
  {
    check: "recovery-point",
    part: "stores.database.backup",
    on: "fargate",
    given: { recovery: { rpo: "5m" } },
    fault: database({ backup: { pointInTime: false } }),
  },
  {
    check: "recovery-point",
    part: "stores.cache.snapshots",
    on: "fargate",
    given: { recovery: { rpo: "5m" } },
    fault: cache({ purposes: ["sessions"] }),
  },
  {
    check: "backup-retention",
    part: "stores.database.backup.retention",
    on: "fargate",
    fault: database({ backup: { retention: "60d" } }),
  },
  {
    check: "backup-retention",
    part: "stores.database.backup.retention",
    on: "fargate",
    fault: database({ backup: { retention: "1h" } }),
  },
  {
    check: "region-copy",
    part: "stores.database.backup.copyTo",
    on: "fargate",
    fault: { recovery: { rpo: "5m" } },
  },
  { check: "region-strategy", part: "recovery.region", on: "fargate", fault: { recovery: { rto: "15m" } } },
  {
    check: "promises-agree",
    part: "recovery.rto",
    on: "fargate",
    given: recovery("region-failure", "4h"),
    fault: { recovery: { rto: "1h" } },
    verdict: "fails",
  },
  {
    check: "switch-over",
    part: "recovery.region.switchOver",
    on: "fargate",
    given: {
      recovery: {
        rto: "30m",
        region: { name: "us-west-2", strategy: "warm-standby", switchOver: "health-checked-dns" },
      },
    },
    fault: { entry: { dns: { ttl: "1h" } } },
  },
  {
    check: "secret-rotation",
    part: "stores.database.rotation",
    on: "nodes",
    fault: database({ rotation: "30d" }),
  },
];
