import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/**
 * Keeps the space of young objects at the megabyte that it starts with: called before anything else is loaded. V8 lets it grow to
 * 16 MiB, and pauses at each collection for as long as it takes to copy what is still in use, or looks so. What a proxy
 * makes is in use for a millisecond: often and little pauses for less than 1 ms, where seldom and much took 5 to 14 ms.
 */
export function keepYoungSpaceSmall(): void {
  setFlagsFromString("--semi-space-growth-factor=1");
}

/** Bytes of a stream after which its buffers are collected. */
const COLLECTED = 4 * 1024 * 1024;

type Collect = (options: { type: "minor" }) => void;
let collect: Collect | undefined;

/**
 * Collects young objects each time that so many bytes of a stream have passed. Buffers are outside of the heap: V8 lets
 * 32 MiB of them gather, all of them read and sent on long ago, where a pod has 20 MiB to spare.
 */
export class PassedBytes {
  #passed = 0;

  add(bytes: number): void {
    this.#passed += bytes;
    if (this.#passed < COLLECTED) return;
    this.#passed = 0;
    collect ??= exposed();
    collect({ type: "minor" });
  }
}

/** V8 gives the function to contexts that are made after it was asked to. */
function exposed(): Collect {
  setFlagsFromString("--expose-gc");
  const found = runInNewContext("gc") as Collect;
  setFlagsFromString("--no-expose-gc");
  return found;
}
