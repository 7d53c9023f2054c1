import { setTimeout as delay } from "node:timers/promises";
import { payment } from "../../services/validator/test/payments.ts";

export interface Latencies {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** Milliseconds between two requests. */
const INTERVAL = 10;

/** What transactions wait that come one every ten milliseconds, each counted from when it was due. */
export async function latencies(url: string, seconds: number): Promise<Latencies> {
  const waiting: Promise<number>[] = [];
  const began = performance.now();
  for (let index = 0; index < (seconds * 1000) / INTERVAL; index++) {
    const due = began + index * INTERVAL;
    const early = due - performance.now();
    if (early > 0) await delay(early);
    waiting.push(decide(url, index).then(() => performance.now() - due));
  }
  const sorted = (await Promise.all(waiting)).toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)] as number;
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}

async function decide(url: string, index: number): Promise<void> {
  const answer = await fetch(`${url}/v1/transactions`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-actor": "bench" },
    body: JSON.stringify(payment({ endToEndId: `L-${index}` }, Date.now())),
  });
  if (answer.status !== 200) throw new Error(`a transaction was answered with ${answer.status}`);
  await answer.arrayBuffer();
}
