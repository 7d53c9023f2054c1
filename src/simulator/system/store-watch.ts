import { SUPERVISOR } from "./network.ts";
import type { Store } from "./store.ts";
import type { NodeData } from "./store-data.ts";
import type { Surroundings } from "./surroundings.ts";

const PROBE_PERIOD_MS = 400;
const PROBE_TIMEOUT_MS = 300;
const LOOK_PERIOD_MS = 200;

/** Looks at a store again and again, as its runner in the twin does: whether nodes answer, and who follows the primary. */
export function watchStore(around: Surroundings, store: Store): void {
  const { kernel } = around;
  const random = around.stream(`${store.data.name} watch`);
  const lastLook = new Map<NodeData, string>();
  kernel.every(LOOK_PERIOD_MS, () => {
    for (const node of store.data.nodes) {
      if (node.role !== "standby") continue;
      const kind = replicationOf(around, store, node);
      // What is not new is said some of the time.
      if (kind === null || (lastLook.get(node) === kind && random.chance(80))) continue;
      lastLook.set(node, kind);
      store.report(node, () => ({ kind, node: node.name }));
    }
  });
  for (const node of store.data.nodes) kernel.every(PROBE_PERIOD_MS, () => probe(around, store, node));
}

/** What is seen of a standby, which catches up where it can; null where nothing is seen. */
function replicationOf({ network }: Surroundings, { data }: Store, node: NodeData) {
  const streams = data.stream(node, (primary) => network.reaches(node.zone, primary.zone));
  if (!network.reaches(node.zone, SUPERVISOR)) return null;
  if (node.process === "running" && node.lostLog) return "needs-rebuild";
  return streams ? "streaming" : "lost-streaming";
}

function probe({ kernel, network }: Surroundings, store: Store, node: NodeData): void {
  const isReached = store.ailments(node).lostProbes === 0 && network.reaches(node.zone, SUPERVISOR);
  // What has begun before a fence is not said after it: the offset is the one of now.
  if (isReached && node.process === "running")
    return store.report(node, () => ({ kind: "probe-ok", node: node.name, offset: node.log.length }));
  const { incarnation } = node;
  const isRefused = isReached && node.process === "absent";
  kernel.after(isRefused ? 1 : PROBE_TIMEOUT_MS, () => {
    if (node.incarnation === incarnation) store.loop.feed({ kind: "probe-failed", node: node.name });
  });
}
