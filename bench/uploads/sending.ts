import { readFileSync } from "node:fs";
import { open, rm } from "node:fs/promises";
import { type ClientRequest, request } from "node:http";
import { request as requestSecurely } from "node:https";
import { setTimeout as delay } from "node:timers/promises";
import { payments } from "./payments.ts";

const CHUNK = 256 * 1024;
const PATIENCE_MS = 60_000;

/** Seconds in which so many bytes are written to a file and synced, by one loop and nothing else. */
export async function writePlain(file: string, bytes: number): Promise<number> {
  const chunk = Buffer.alloc(CHUNK, "x");
  const began = performance.now();
  const handle = await open(file, "wx");
  for (let written = 0; written < bytes; written += chunk.length) await handle.write(chunk);
  await handle.sync();
  await handle.close();
  const seconds = (performance.now() - began) / 1000;
  await rm(file);
  return seconds;
}

/**
 * Seconds from the first byte of a CSV file of so many bytes to its 201.
 * @param authority who has issued the certificate of an https address, in PEM.
 */
export async function sendRepeated(url: string, bytes: number, authority?: string): Promise<number> {
  const [header = "", ...lines] = payments(2000).split(/(?<=\n)/);
  const chunk = Buffer.from(lines.join("").slice(0, CHUNK));
  const began = performance.now();
  const { promise: answered, resolve, reject } = Promise.withResolvers<number | undefined>();
  const headers = { "content-type": "text/csv", "content-length": bytes, "x-actor": "bench" };
  const send = url.startsWith("https:") ? requestSecurely : request;
  const options = { method: "POST", headers, ...(authority === undefined ? {} : { ca: authority }) };
  const sending = send(`${url}/v1/uploads`, options, (answer) => {
    answer.resume();
    resolve(answer.statusCode);
  });
  sending.once("error", reject);
  sending.setTimeout(PATIENCE_MS, () => sending.destroy(new Error(`nothing came for ${PATIENCE_MS} ms`)));
  sending.write(header);
  for (let left = bytes - Buffer.byteLength(header); left > 0; left -= chunk.length) {
    const isTaken = sending.write(left < chunk.length ? chunk.subarray(0, left) : chunk);
    // Who refuses a file may answer before it has taken all of it.
    if (!isTaken && (await Promise.race([answered, drained(sending)])) !== undefined) break;
  }
  sending.end();
  const status = await answered;
  if (status !== 201) throw new Error(`the file was answered with ${status}`);
  return (performance.now() - began) / 1000;
}

function drained(sending: ClientRequest): Promise<undefined> {
  return new Promise((resolve) => sending.once("drain", () => resolve(undefined)));
}

/** Sends a CSV file; its id. */
export async function sendText(url: string, text: string): Promise<string> {
  const headers = { "content-type": "text/csv", "x-actor": "bench" };
  const answer = await fetch(`${url}/v1/uploads`, { method: "POST", headers, body: text });
  if (answer.status !== 201) throw new Error(`the file was answered with ${answer.status}`);
  return ((await answer.json()) as { id: string }).id;
}

/** Waits until an upload is done; throws where it ends otherwise. */
export async function untilDone(url: string, id: string): Promise<void> {
  for (;;) {
    const answer = await fetch(`${url}/v1/uploads/${id}`, { headers: { "x-actor": "bench" } });
    const { state, failure } = (await answer.json()) as { state: string; failure: unknown };
    if (state === "done") return;
    if (state !== "queued" && state !== "running") throw new Error(`${state}: ${JSON.stringify(failure)}`);
    await delay(50);
  }
}

/** The most bytes of memory that a process has had so far; NaN where /proc does not tell. */
export function peakMemory(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
  } catch {
    return Number.NaN;
  }
}
