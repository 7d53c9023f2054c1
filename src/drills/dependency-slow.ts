import type { Drill } from "./drill.ts";
import { inject } from "./inject.ts";
import { SQL_KINDS, storeOf, unsuitable } from "./targets.ts";

/** In each direction; a service that asks its store twice answers a fifth of a second later. */
const DELAY_MS = 50;
const JITTER_MS = 10;

export const dependencySlow: Drill = {
  name: "dependency-slow",
  says: `delays what passes through a store's writer endpoint by ${DELAY_MS} to ${DELAY_MS + JITTER_MS} ms in each direction`,
  ways: ["slow"],
  seenBy: "clients",
  plan: (scene) => {
    const store = storeOf(scene, ...SQL_KINDS) ?? storeOf(scene, "redis");
    if (!store) throw unsuitable("it has no store that runs here", "Try it on an architecture with one.");
    return {
      parts: [store.name],
      isNoticed: false,
      writesToStore: true,
      begin: () =>
        inject(scene.client, { part: store.name, how: "slow", delayMs: DELAY_MS, jitterMs: JITTER_MS }),
    };
  },
};
