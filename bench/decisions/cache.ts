import { openRedis } from "../../services/validator/src/cache/redis.ts";

export interface CacheFigures {
  readonly operationsPerSecond: number;
  readonly averageMs: number;
}

/** Operations under way at a time; those of one turn of the event loop travel together. */
const CONCURRENT = 32;
/** Apart from the keys of the service. */
const PREFIX = "bench:";

/** Reads and writes of single keys, by turns, through the client that the service uses, as it is set up there. */
export async function measureCache(url: string, seconds: number): Promise<CacheFigures> {
  const log = { info: () => {}, warn: () => {} };
  const cache = openRedis({ url, timeout: 1000, name: "bench", log });
  await new Promise<void>((resolve) => {
    cache.onState(({ status }) => status === "ready" && resolve());
  });
  let operations = 0;
  let waited = 0;
  const began = performance.now();
  const end = began + seconds * 1000;
  await Promise.all(
    Array.from({ length: CONCURRENT }, async (_, worker) => {
      for (let turn = 0, now = performance.now(); now < end; turn++) {
        const key = `${PREFIX}${worker}:${(turn >> 1) % 1000}`;
        await (turn % 2 === 0 ? cache.call("SET", key, turn, "PX", 60_000) : cache.call("GET", key));
        const after = performance.now();
        waited += after - now;
        now = after;
        operations++;
      }
    }),
  );
  const elapsed = performance.now() - began;
  cache.close();
  return { operationsPerSecond: (operations / elapsed) * 1000, averageMs: waited / operations };
}
