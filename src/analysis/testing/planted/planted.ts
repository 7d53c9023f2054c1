import type { Verdict } from "#model/evidence.ts";
import type { Base } from "../architectures.ts";

/** A fault as people make it, and the check that has to find it. */
export interface Planted {
  readonly check: string;
  readonly part: string;
  readonly on: Base;
  readonly fault: unknown;
  /** What is beside the fault, and in the sound variant too: the promise that it breaks. */
  readonly given?: unknown;
  readonly verdict?: Verdict;
}

/** Whose words these are is all the same. */
export const claim = { text: "x", line: 1 };

export const recovery = (from: string, within: string) => ({
  objectives: [{ id: "promise", kind: "recovery", from, within, claim }],
});
export const api = (change: unknown) => ({ services: { api: change } });
export const database = (change: unknown) => ({ stores: { database: change } });
export const cache = (change: unknown) => ({ stores: { cache: change } });
export const group = (change: unknown) => ({ compute: { nodeGroups: { main: change } } });
