// A worker of its own for each look at an architecture's file: modules that were loaded once are not read again, and a
// new thread has loaded none.
import { parentPort, workerData } from "node:worker_threads";
import { PlumblineError } from "#model/errors.ts";
import { loadArchitecture } from "#twin/architecture-file.ts";
import type { Reading } from "./fresh-architecture.ts";

async function read(file: string): Promise<Reading> {
  try {
    return { text: JSON.stringify(await loadArchitecture(file)) ?? "null" };
  } catch (error) {
    const { message } = error as Error;
    const { code = "ARCHITECTURE_UNREADABLE", remedy = "Correct the file." } =
      error instanceof PlumblineError ? error : {};
    return { failure: { code, message, remedy } };
  }
}

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- it is a thread's port, not a window
parentPort?.postMessage(await read(workerData as string));
