import type { Costs, Line } from "../line.ts";
import { backupLines } from "./backups.ts";
import { bucketLines } from "./buckets.ts";
import { databaseLines } from "./databases.ts";
import { detectionLines } from "./detection.ts";
import { eksLines } from "./eks.ts";
import { entryLines } from "./entry.ts";
import { fargateLines } from "./fargate.ts";
import { instanceLines } from "./instances.ts";
import { networkLines } from "./network.ts";
import { observabilityLines } from "./observability.ts";
import { redisLines } from "./redis.ts";
import { keyLines, secretLines } from "./secrets.ts";

/** Everything that is billed for an architecture. */
export function linesOf(costs: Costs): Line[] {
  return [
    ...computeLines(costs),
    ...storeLines(costs),
    ...bucketLines(costs),
    ...networkLines(costs),
    ...entryLines(costs),
    ...registryLines(costs),
    ...secretLines(costs),
    ...keyLines(costs),
    ...observabilityLines(costs),
    ...detectionLines(costs),
  ];
}

function computeLines(costs: Costs): Line[] {
  const { compute } = costs.architecture;
  switch (compute.kind) {
    case "eks":
      return eksLines(costs, compute);
    case "ecs-fargate":
      return fargateLines(costs, compute);
    case "ec2-auto-scaling":
      return instanceLines(costs, compute);
  }
}

function storeLines(costs: Costs): Line[] {
  return Object.entries(costs.architecture.stores).flatMap(([name, store]) => {
    switch (store.kind) {
      case "postgresql":
      case "mysql":
      case "documentdb":
        return [...databaseLines(costs, name, store), ...backupLines(costs, name, store)];
      case "redis":
        return redisLines(name, store);
      case "bucket":
        return [];
    }
  });
}

function registryLines({ usage }: Costs): Line[] {
  return [
    {
      component: "registry",
      name: "images",
      part: "registry",
      sku: "ecr.storage",
      quantity: usage.imageStorage.value,
      assumption: usage.imageStorage.says,
    },
  ];
}
