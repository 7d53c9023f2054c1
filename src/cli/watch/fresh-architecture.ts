import { Worker } from "node:worker_threads";
import { PlumblineError } from "#model/errors.ts";
import type { Failure } from "#twin/failure.ts";
import { ownProgram } from "#twin/package-root.ts";

/** What the worker found. */
export type Reading = { readonly text: string } | { readonly failure: Failure };

/**
 * What an architecture file exports now, unchecked, with everything that it imports read anew.
 * @throws PlumblineError ARCHITECTURE_UNREADABLE
 */
export async function freshArchitecture(file: string): Promise<unknown> {
  const worker = new Worker(ownProgram("cli/watch/read-architecture"), { workerData: file });
  const reading = await new Promise<Reading>((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
    worker.once("exit", (code) => reject(new Error(`The architecture's worker ended with code ${code}.`)));
  });
  if ("text" in reading) return JSON.parse(reading.text);
  const { code: word, message, remedy } = reading.failure;
  throw new PlumblineError(word, message, remedy);
}
