import type { Finding } from "#model/evidence.ts";
import { OPERATIONS_PER_CORE } from "#aws/caches.ts";
import { machineOf } from "#aws/instance-types/instance-types.ts";
import { type Check, fails, type Found, holds, inconclusive, referencesTo } from "../finding.ts";
import { caches, objectivesOf, type Redis } from "../parts.ts";
import { grouped, rounded } from "../words.ts";

/** Redis carries commands out on one thread: more cores do not help, less than one does not do. */
export const cacheRate: Check = (architecture) =>
  objectivesOf(architecture, "throughput")
    .filter(({ of }) => of === "cache-operations")
    .flatMap(({ atLeast }) => caches(architecture).map(([name, store]) => operations(name, store, atLeast)));

function operations(name: string, store: Redis, atLeast: number): Finding {
  const core = coreOf(store);
  const part = store.hosting === "pods" ? `stores.${name}.limits` : `stores.${name}.instance`;
  const found: Found = {
    check: "cache-rate",
    part,
    limit: atLeast,
    unit: "per-second",
    says: "",
    references: referencesTo(OPERATIONS_PER_CORE),
  };
  if (core === null)
    return inconclusive(
      {
        ...found,
        says: `${grouped(atLeast)} operations a second are promised. What ${store.instance ?? name} gives is not known here.`,
      },
      "Measure it.",
    );
  const figure = Math.round(OPERATIONS_PER_CORE.value * core.share);
  const says = `${grouped(atLeast)} operations a second are promised of ${name}. Redis works on one thread, which does some ${grouped(OPERATIONS_PER_CORE.value)} on a whole core; ${core.says}: ${grouped(figure)}.`;
  if (figure >= atLeast) return holds({ ...found, figure, says });
  const wanted = Math.max(1, rounded(atLeast / OPERATIONS_PER_CORE.value));
  return fails(
    { ...found, figure, says },
    store.hosting === "pods"
      ? `Give it a whole core, by stores.${name}.size and limits.`
      : "Take a node type that is not burstable, such as cache.m6g.large.",
    store.hosting === "pods"
      ? {
          [`stores.${name}.size`]: { cpu: wanted, memory: store.size?.memory ?? 2 ** 28 },
          [`stores.${name}.limits`]: {
            cpu: wanted,
            memory: store.limits?.memory ?? store.size?.memory ?? 2 ** 29,
          },
        }
      : { [part]: "cache.m6g.large" },
  );
}

/** The share of one core that the one thread has for long. */
function coreOf(store: Redis): { share: number; says: string } | null {
  if (store.hosting === "pods") {
    const share = Math.min(1, store.size?.cpu ?? 0);
    const most = store.limits?.cpu;
    return {
      share,
      says: `it is guaranteed ${share} vCPU${most === undefined ? "" : `, and has up to ${most} while its node has some to spare`}`,
    };
  }
  const machine = store.instance === undefined ? null : machineOf(store.instance);
  if (machine === null) return null;
  const share = machine.cpuBaseline === null ? 1 : Math.min(1, (machine.cpuBaseline * machine.vcpus) / 100);
  return {
    share,
    says:
      machine.cpuBaseline === null
        ? `${store.instance} has one`
        : `${store.instance} earns ${machine.cpuBaseline} % of each of ${machine.vcpus} vCPUs`,
  };
}
