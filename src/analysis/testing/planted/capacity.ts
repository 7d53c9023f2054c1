import { merge } from "#model/data.ts";
import { api, cache, claim, database, group, type Planted } from "./planted.ts";

export const CAPACITY: readonly Planted[] = [
  // Capacity
  {
    check: "connection-budget",
    part: "stores.database.connectionsPerReplica",
    on: "fargate",
    fault: database({ connectionsPerReplica: 50 }),
  },
  {
    check: "connections-counted-on",
    part: "stores.database.connectionsPerReplica",
    on: "fargate",
    given: { objectives: [{ id: "c", kind: "connections", to: "database", atLeast: 60, claim }] },
    fault: database({ connectionsPerReplica: 11 }),
  },
  {
    check: "connections-promised",
    part: "stores.database.instance",
    on: "fargate",
    given: { objectives: [{ id: "c", kind: "connections", to: "database", atLeast: 150, claim }] },
    fault: database({ instance: "db.t3.micro" }),
  },
  {
    check: "pods-per-node",
    part: "compute.nodeGroups",
    on: "nodes",
    fault: merge(group({ instanceTypes: ["t3.small"], max: 2 }), api({ replicas: { max: 30 } })),
  },
  {
    check: "node-capacity",
    part: "compute.nodeGroups.cpu",
    on: "nodes",
    given: api({ replicas: { max: 20 } }),
    fault: { compute: { clusterAutoscaler: false } },
  },
  { check: "machine-fit", part: "services.api.size", on: "nodes", fault: api({ size: { cpu: "2 vCPU" } }) },
  {
    check: "addresses",
    part: "network.subnets.private",
    on: "fargate",
    given: { network: { subnets: { private: ["10.0.11.0/24", "10.0.12.0/24"] } } },
    fault: { network: { subnets: { private: ["10.0.11.0/28", "10.0.12.0/28"] } } },
  },
  {
    check: "addresses",
    part: "network.subnets.public",
    on: "fargate",
    fault: { network: { subnets: { public: ["10.0.1.0/28", "10.0.2.0/28"] } } },
    verdict: "holds",
  },
  {
    check: "cpu-credits",
    part: "compute.instanceType",
    on: "instances",
    fault: { compute: { instanceType: "t3.large" } },
  },
  {
    check: "network-rate",
    part: "objectives.flow",
    on: "instances",
    given: { objectives: [{ id: "flow", kind: "data-flow", of: "network", atLeast: "1.2Gbps", claim }] },
    fault: { compute: { instanceType: "t3.large" } },
  },
  {
    check: "cache-rate",
    part: "stores.cache.instance",
    on: "fargate",
    given: {
      objectives: [{ id: "ops", kind: "throughput", of: "cache-operations", atLeast: "50000/s", claim }],
    },
    fault: cache({ instance: "cache.t3.micro" }),
  },
];
