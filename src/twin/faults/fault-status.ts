import type { FaultRequest } from "./request.ts";

/** A fault that was put into the twin. */
export interface FaultStatus {
  /** `fault-1` and so on, for as long as the supervisor runs. */
  readonly id: string;
  readonly part: string;
  readonly how: FaultRequest["how"];
  /** What it came to, by id: `database-a` where the store's primary was meant. */
  readonly on: readonly string[];
  /** In a few words, for people. */
  readonly description: string;
  /** When it began to hold, RFC 3339 with milliseconds: the clock of an outage starts here. */
  readonly since: string;
  /** When it heals by itself; null where somebody has to heal it, or nothing is to be healed. */
  readonly until: string | null;
  /** Whether there is something to heal still. What was only killed is over at once, and what hung when it has ended. */
  readonly active: boolean;
}
