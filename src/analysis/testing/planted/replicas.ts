import { api, claim, database, group, type Planted } from "./planted.ts";

const probe = (change: object) => api({ probes: { liveness: { path: "/healthz", ...change } } });
const tracking = (target: number, cooldown: object = {}) =>
  api({ scaling: [{ kind: "target-tracking", metric: "cpu", target, cooldown }] });
const steps = (...changes: readonly (readonly ["above" | "below", number])[]) =>
  api({
    scaling: changes.map(([when, change]) => ({
      kind: "step",
      metric: "cpu",
      when,
      threshold: when === "above" ? 50 : 10,
      periods: 2,
      change,
    })),
  });
const night = (max: number) =>
  api({ scaling: [{ kind: "scheduled", name: "night", cron: "0 20 ? * MON-FRI *", min: 2, max }] });
const eks = (compute: object) => ({ compute });
const inPods = (more: object) => ({
  stores: {
    rules: {
      kind: "redis",
      version: "7.1",
      hosting: "pods",
      size: { cpu: "100m", memory: "256MiB" },
      purposes: ["rules-cache"],
      ...more,
    },
  },
});
const web = (change: object = {}) => ({
  services: {
    other: {
      kind: "web",
      command: ["node", "other.js"],
      image: { repository: "other" },
      port: 9000,
      targetHealth: { path: "/healthz" },
      size: { cpu: "250m", memory: "512MiB" },
      replicas: { min: 2, desired: 2, max: 2 },
      ...change,
    },
  },
});

/** How replicas start, scale, are rolled and end. */
export const REPLICAS: readonly Planted[] = [
  {
    check: "readiness",
    part: "services.other.probes.readiness",
    on: "nodes",
    fault: web(),
  },
  {
    check: "liveness-patience",
    part: "services.api.probes.liveness.failures",
    on: "nodes",
    fault: probe({ failures: 1 }),
  },
  {
    check: "startup-time",
    part: "services.api.probes.startup",
    on: "nodes",
    given: probe({ interval: "10s" }),
    fault: api({ startTimeout: "5m" }),
  },
  {
    check: "startup-time",
    part: "services.api.probes.startup",
    on: "nodes",
    given: api({ startTimeout: "5m", probes: { startup: { path: "/healthz", failures: 30 } } }),
    fault: api({ probes: { startup: { failures: 3 } } }),
  },
  {
    check: "liveness-path",
    part: "services.api.probes.liveness.path",
    on: "nodes",
    fault: probe({ path: "/readyz" }),
  },
  { check: "scaling-target", part: "services.api.scaling.0.target", on: "nodes", fault: tracking(95) },
  { check: "scaling-target", part: "services.api.scaling.0.target", on: "fargate", fault: tracking(120) },
  { check: "scaling-target", part: "services.api.scaling.0.target", on: "fargate", fault: tracking(5) },
  {
    check: "scaling-direction",
    part: "services.api.scaling.0.change",
    on: "instances",
    given: steps(["above", 1], ["below", -1]),
    fault: steps(["above", -1], ["below", -1]),
  },
  {
    check: "scaling-return",
    part: "services.api.scaling",
    on: "instances",
    given: steps(["above", 1], ["below", -1]),
    fault: steps(["above", 1]),
  },
  { check: "scaling-room", part: "services.api.scaling", on: "fargate", fault: api({ scaling: [] }) },
  { check: "schedule-end", part: "services.api.scaling", on: "fargate", given: night(6), fault: night(3) },
  {
    check: "scaling-cooldown",
    part: "services.api.scaling.0.cooldown.out",
    on: "fargate",
    fault: tracking(50, { out: "0s" }),
  },
  {
    check: "scaling-cooldown",
    part: "services.api.scaling.0.cooldown.out",
    on: "fargate",
    fault: tracking(50, { out: "1h" }),
  },
  {
    check: "scaling-metric",
    part: "services.api.scaling.0.metric",
    on: "nodes",
    fault: eks({ addOns: ["vpc-cni", "coredns", "kube-proxy"] }),
  },
  {
    check: "scaling-metric",
    part: "services.api.scaling.0.metric",
    on: "instances",
    fault: eks({ detailedMonitoring: false }),
  },
  {
    check: "scaling-metric",
    part: "services.api.scaling.0.metric",
    on: "instances",
    given: api({ scaling: [{ kind: "target-tracking", metric: "memory", target: 50 }] }),
    fault: eks({ cloudWatchAgent: false }),
  },
  {
    check: "deregistration",
    part: "entry.loadBalancer.deregistrationDelay",
    on: "fargate",
    fault: { entry: { loadBalancer: { deregistrationDelay: "0s" } } },
  },
  {
    check: "stop-time",
    part: "services.api.stopTimeout",
    on: "fargate",
    fault: api({ stopTimeout: "10m" }),
  },
  { check: "stop-time", part: "services.api.stopTimeout", on: "nodes", fault: api({ stopTimeout: "0s" }) },
  {
    check: "rollout-capacity",
    part: "services.api.rollout.minHealthy",
    on: "fargate",
    fault: api({ rollout: { minHealthy: 0 } }),
  },
  {
    check: "rollout-capacity",
    part: "compute.instanceRefresh.minHealthy",
    on: "instances",
    fault: eks({ instanceRefresh: { minHealthy: 0 } }),
  },
  {
    check: "failed-rollout",
    part: "services.api.rollout.circuitBreaker",
    on: "fargate",
    fault: api({ rollout: { circuitBreaker: "none" } }),
  },
  {
    check: "progress-deadline",
    part: "services.api.rollout.progressDeadline",
    on: "nodes",
    fault: api({ rollout: { progressDeadline: "30s" } }),
  },
  {
    check: "start-time",
    part: "services.api.startTimeout",
    on: "fargate",
    fault: api({ startTimeout: "1s" }),
  },
  {
    check: "tested",
    part: "delivery.stages",
    on: "fargate",
    fault: { delivery: { stages: ["build", "production"] } },
  },
  {
    check: "previous-image",
    part: "registry.keepTagged",
    on: "fargate",
    fault: { registry: { keepTagged: 1 } },
  },
];

/** What machines and clusters are made of. */
export const MACHINES: readonly Planted[] = [
  {
    check: "container-limits",
    part: "services.api.limits",
    on: "nodes",
    given: api({ limits: { cpu: "1 vCPU", memory: "1GiB" } }),
    fault: api({ limits: { memory: "256MiB" } }),
  },
  {
    check: "root-volume",
    part: "compute.nodeGroups.main.disk",
    on: "nodes",
    fault: group({ disk: "1GiB" }),
  },
  {
    check: "root-volume",
    part: "compute.volume.size",
    on: "instances",
    fault: eks({ volume: { size: "4GiB" } }),
  },
  {
    check: "add-ons",
    part: "compute.addOns",
    on: "nodes",
    fault: eks({ addOns: ["vpc-cni", "metrics-server"] }),
  },
  {
    check: "add-ons",
    part: "compute.addOns",
    on: "nodes",
    given: inPods({}),
    fault: inPods({ volume: "10GiB" }),
  },
  {
    check: "mixed-sizes",
    part: "compute.nodeGroups.main.instanceTypes",
    on: "nodes",
    given: group({ instanceTypes: ["m6i.large", "m6a.large"] }),
    fault: group({ instanceTypes: ["m6i.large", "m6i.2xlarge"] }),
  },
  {
    check: "pod-security",
    part: "compute.podSecurity",
    on: "nodes",
    fault: eks({ podSecurity: "privileged" }),
  },
  {
    check: "network-policies",
    part: "compute.networkPolicies",
    on: "nodes",
    fault: eks({ networkPolicies: "none" }),
  },
  {
    check: "type-known",
    part: "compute.nodeGroups.main.instanceTypes.0",
    on: "nodes",
    fault: group({ instanceTypes: ["m99.large"] }),
  },
  {
    check: "type-known",
    part: "compute.instanceType",
    on: "instances",
    fault: eks({ instanceType: "t3.huge" }),
  },
  {
    check: "type-known",
    part: "stores.database.instance",
    on: "fargate",
    fault: database({ instance: "db.t4g.8xlarge" }),
  },
  {
    check: "promises-agree",
    part: "objectives.operations",
    on: "fargate",
    given: {
      objectives: [requests("500/s"), { ...requests("5000/s"), id: "operations", of: "cache-operations" }],
    },
    fault: {
      objectives: [requests("5/s"), { ...requests("5000/s"), id: "operations", of: "cache-operations" }],
    },
    verdict: "inconclusive",
  },
  {
    check: "promises-agree",
    part: "objectives.api",
    on: "fargate",
    given: { objectives: [latency("api", "p95", "200ms"), latency("database", "average", "20ms")] },
    fault: { objectives: [latency("api", "p95", "200ms"), latency("database", "average", "100ms")] },
    verdict: "inconclusive",
  },
];

function requests(atLeast: string) {
  return { id: "requests", kind: "throughput", of: "requests", atLeast, claim };
}

function latency(of: string, statistic: string, within: string) {
  return { id: of, kind: "latency", of, statistic, within, claim };
}
