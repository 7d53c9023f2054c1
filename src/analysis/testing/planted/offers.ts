import { api, cache, database, type Planted } from "./planted.ts";

export const OFFERS: readonly Planted[] = [
  // What AWS offers
  { check: "version", part: "compute.version", on: "nodes", fault: { compute: { version: "1.28" } } },
  { check: "version", part: "stores.database.version", on: "fargate", fault: database({ version: "13" }) },
  {
    check: "version-minor",
    part: "stores.database.version",
    on: "fargate",
    fault: database({ version: "15.4" }),
  },
  { check: "version-minor", part: "stores.cache.version", on: "fargate", fault: cache({ version: "7.4" }) },
  {
    check: "append-only-file",
    part: "stores.cache.appendOnlyFile",
    on: "fargate",
    fault: cache({ appendOnlyFile: true }),
  },
  {
    check: "snapshot-schedule",
    part: "stores.cache.snapshots.every",
    on: "fargate",
    given: cache({ snapshots: { every: "1d" } }),
    fault: cache({ snapshots: { every: "6h" } }),
  },
  {
    check: "cache-purposes",
    part: "stores.cache.purposes",
    on: "fargate",
    fault: cache({ purposes: ["queue", "response-cache"] }),
  },
  {
    check: "instance-class",
    part: "stores.cache.instance",
    on: "fargate",
    fault: cache({ instance: "cache.t3.xlarge" }),
  },
  {
    check: "instance-class",
    part: "stores.database.instance",
    on: "fargate",
    fault: database({ engine: "aurora", version: "15" }),
  },
  {
    check: "task-size",
    part: "services.api.size.memory",
    on: "fargate",
    fault: api({ size: { memory: "8GiB" } }),
  },
  {
    check: "processor",
    part: "compute.architecture",
    on: "instances",
    fault: { compute: { instanceType: "m6g.large" } },
  },
  {
    check: "log-bucket-key",
    part: "stores.logs.encryption.atRest",
    on: "fargate",
    given: {
      entry: { loadBalancer: { accessLogs: { bucket: "logs" } } },
      stores: { logs: { encryption: { atRest: "aes-256" } } },
    },
    fault: { stores: { logs: { encryption: { atRest: "kms" } } } },
  },
];
