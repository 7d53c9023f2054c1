import { api, claim, database, type Planted } from "./planted.ts";

export const OPERATION: readonly Planted[] = [
  // Scaling and deployments
  {
    check: "utilisation",
    part: "services.api.scaling.0.target",
    on: "fargate",
    given: { objectives: [{ id: "u", kind: "utilisation", of: "cpu", between: [40, 60], claim }] },
    fault: api({ scaling: [{ kind: "target-tracking", metric: "cpu", target: 65 }] }),
  },
  {
    check: "scheduled-minimum",
    part: "services.api.scaling.0.min",
    on: "fargate",
    given: api({
      scaling: [{ kind: "scheduled", name: "night", cron: "0 20 ? * MON-FRI *", min: 2, max: 4 }],
    }),
    fault: api({
      scaling: [{ kind: "scheduled", name: "night", cron: "0 20 ? * MON-FRI *", min: 0, max: 4 }],
    }),
  },
  {
    check: "alarm-above-scaling",
    part: "observability.alarms.0.above",
    on: "fargate",
    given: { observability: { alarms: [{ signal: "cpu", above: 80, unit: "percent" }] } },
    fault: { observability: { alarms: [{ signal: "cpu", above: 50, unit: "percent" }] } },
  },
  { check: "image-tags", part: "registry.tags", on: "fargate", fault: { registry: { tags: "mutable" } } },
  {
    check: "rollout",
    part: "services.api.rollout",
    on: "fargate",
    fault: api({ rollout: { minHealthy: 100, max: 100 } }),
  },
  {
    check: "disruption-budget",
    part: "services.api.disruption.minAvailable",
    on: "nodes",
    fault: api({ disruption: { minAvailable: 2 } }),
  },
  { check: "draining", part: "services.api.stopTimeout", on: "nodes", fault: api({ stopTimeout: "10s" }) },
  {
    check: "spot-base",
    part: "compute.capacity",
    on: "fargate",
    given: {
      compute: {
        capacity: [
          { provider: "FARGATE", base: 2, weight: 1 },
          { provider: "FARGATE_SPOT", weight: 1 },
        ],
      },
    },
    fault: { compute: { capacity: [{ provider: "FARGATE_SPOT", weight: 1 }] } },
  },
  // Network and entry
  { check: "egress", part: "network.nat", on: "fargate", fault: { network: { nat: "none" } } },
  {
    check: "endpoints-for-nat",
    part: "network.endpoints",
    on: "fargate",
    given: { billing: { savings: ["vpc-endpoints-for-nat"] } },
    fault: api({ egress: "open" }),
  },
  {
    check: "waf-bypass",
    part: "entry.waf.protects",
    on: "fargate",
    given: { entry: { waf: { protects: ["cdn", "load-balancer"] } } },
    fault: { entry: { waf: { protects: ["cdn"] } } },
  },
  {
    check: "inside-encryption",
    part: "compute.mesh",
    on: "nodes",
    given: { security: { zeroTrust: true }, services: { other: other() } },
    fault: api({ uses: ["database", "other"] }),
  },
  // Watching
  {
    check: "log-retention",
    part: "observability.logs.retention",
    on: "fargate",
    given: { security: { compliance: ["pci-dss"] }, observability: { logs: { retention: "365d" } } },
    fault: { observability: { logs: { retention: "30d" } } },
  },
  {
    check: "alarm-threshold",
    part: "observability.alarms.0.above",
    on: "fargate",
    given: { observability: { alarms: [{ signal: "database-connections", above: 120, unit: "count" }] } },
    fault: { observability: { alarms: [{ signal: "database-connections", above: 500, unit: "count" }] } },
  },
  {
    check: "alarm-source",
    part: "observability.alarms.0.signal",
    on: "fargate",
    given: {
      observability: { alarms: [{ signal: "replication-lag", above: 30, unit: "seconds" }] },
      stores: { database: { readReplicas: 1 } },
    },
    fault: database({ readReplicas: 0 }),
  },
  // Money and words
  { check: "cost-table-sum", part: "objectives.total", on: "fargate", given: costs(30), fault: costs(40) },
];

function other() {
  return {
    kind: "web",
    command: ["node", "other.js"],
    image: { repository: "other" },
    port: 9000,
    targetHealth: { path: "/healthz" },
    probes: { liveness: { path: "/healthz" } },
    size: { cpu: "250m", memory: "512MiB" },
    replicas: { min: 2, desired: 2, max: 4 },
  };
}

function costs(total: number) {
  return { objectives: [cost("a", 10, "A"), cost("b", 20, "B"), cost("total", total)] };
}

function cost(id: string, dollars: number, component?: string) {
  const row = { id, kind: "cost", perMonth: { from: dollars, to: dollars }, claim };
  return component === undefined ? row : { ...row, component };
}
