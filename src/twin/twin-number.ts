import { createHash } from "node:crypto";

/** On Linux all of 127.0.0.0/8 is loopback, without anything to set up. */
export const HAS_LOOPBACK_NETWORK = process.platform === "linux";

/** The second number of a twin's addresses, 127.T.x.y: 1 to 254. */
const NUMBERS = 254;

/**
 * The numbers that a twin tries, its own first: which one is its own follows from its state directory, so that its
 * addresses are the same after every `up`.
 */
export function twinNumbers(stateRoot: string): number[] {
  const first = createHash("sha256").update(stateRoot).digest().readUInt16BE(0) % NUMBERS;
  return Array.from({ length: NUMBERS }, (_, step) => ((first + step) % NUMBERS) + 1);
}
