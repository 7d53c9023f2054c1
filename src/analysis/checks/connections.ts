import type { ResolvedArchitecture } from "#model/architecture.ts";
import type { Finding } from "#model/evidence.ts";
import { connectionLimit } from "../connection-limit.ts";
import { type Check, fails, type Found, holds, inconclusive } from "../finding.ts";
import { type Database, databases, objectivesOf, usersOf } from "../parts.ts";
import { grouped, list } from "../words.ts";

/** Whether the pools of all replicas fit into what a database takes: at the greatest scale, and while a version is rolled. */
export const connectionBudget: Check = (architecture) =>
  databases(architecture).flatMap(([name, store]) => [
    ...budget(architecture, name, store),
    ...promised(architecture, name, store),
  ]);

interface Demand {
  readonly atRest: number;
  readonly whileRolling: number;
  readonly sum: string;
}

function demandOf(architecture: ResolvedArchitecture, name: string, store: Database): Demand {
  const users = usersOf(architecture, name);
  const pool = store.connectionsPerReplica;
  const parts = users.map(([service, { replicas, rollout }]) => ({
    service,
    most: replicas.max,
    rolling: Math.ceil((replicas.max * surgeOf(architecture, rollout)) / 100),
  }));
  return {
    atRest: parts.reduce((sum, { most }) => sum + most * pool, 0),
    whileRolling: parts.reduce((sum, { rolling }) => sum + rolling * pool, 0),
    sum: list(parts.map(({ service, most }) => `${most} replicas of ${service} × ${pool}`)),
  };
}

/** Per cent of the desired replicas that run at once while a version is rolled. */
function surgeOf({ compute }: ResolvedArchitecture, rollout: { readonly max: number }): number {
  if (compute.kind !== "ec2-auto-scaling") return rollout.max;
  // An instance refresh that may take nothing away first launches a tenth more.
  return compute.instanceRefresh.minHealthy >= 100 ? 110 : 100;
}

function budget(architecture: ResolvedArchitecture, name: string, store: Database): Finding[] {
  const { atRest, whileRolling, sum } = demandOf(architecture, name, store);
  if (atRest === 0) return [];
  const limit = connectionLimit(store);
  const at = `stores.${name}`;
  const found: Found = {
    check: "connection-budget",
    part: `${at}.connectionsPerReplica`,
    figure: whileRolling,
    ...(limit === null ? {} : { limit: limit.most }),
    unit: "count",
    says: "",
    references: limit?.references ?? [],
  };
  const demand = `${sum} open ${grouped(atRest)} connections, and ${grouped(whileRolling)} while a version is rolled`;
  if (limit === null)
    return [
      inconclusive(
        { ...found, says: `${demand}. How many ${store.instance} takes is not known here.` },
        `Set ${at}.parameters.max_connections, or look the class up.`,
      ),
    ];
  const says = `${demand}. ${limit.says}`;
  if (whileRolling <= limit.most) return [holds({ ...found, says })];
  const pool = Math.floor((store.connectionsPerReplica * limit.most) / whileRolling);
  const over: Found = { ...found, says: `${says} What is over is refused.` };
  if (pool < 1)
    return [
      fails(
        over,
        "Take a larger class, allow fewer replicas, or put a pool (RDS Proxy, PgBouncer) between: one connection for each replica is too many.",
      ),
    ];
  return [
    fails(
      over,
      `Lower ${found.part} to ${pool}, take a larger class, or put a pool (RDS Proxy, PgBouncer) between.`,
      { [found.part]: pool },
    ),
  ];
}

/** A promised number of connections: the class has to take it, and the replicas' pools must not open more. */
function promised(architecture: ResolvedArchitecture, name: string, store: Database): Finding[] {
  return objectivesOf(architecture, "connections")
    .filter(({ to }) => to === name)
    .flatMap(({ atLeast }) => {
      const limit = connectionLimit(store);
      const { atRest } = demandOf(architecture, name, store);
      const at = `stores.${name}`;
      const capacity: Found = {
        check: "connections-promised",
        part: `${at}.instance`,
        ...(limit === null ? {} : { figure: limit.most }),
        limit: atLeast,
        unit: "count",
        says: limit?.says ?? `How many connections ${store.instance} takes is not known here.`,
        references: limit?.references ?? [],
      };
      const pools: Found = {
        check: "connections-counted-on",
        part: `${at}.connectionsPerReplica`,
        figure: atRest,
        limit: atLeast,
        unit: "count",
        says: `The document counts on ${grouped(atLeast)} connections at once. At the greatest scale the pools open ${grouped(atRest)}.`,
      };
      const fitting = Math.max(1, Math.floor((store.connectionsPerReplica * atLeast) / Math.max(1, atRest)));
      return [
        limit === null
          ? inconclusive(capacity, "Look the class up.")
          : limit.most >= atLeast
            ? holds(capacity)
            : fails(capacity, `Take a larger class than ${store.instance}.`),
        atRest <= atLeast
          ? holds(pools)
          : fails(pools, `Lower ${pools.part} to ${fitting}, or count on ${grouped(atRest)} connections.`, {
              [pools.part]: fitting,
            }),
      ];
    });
}
