import type { Account } from "../account.ts";

/** How one store's programs are taken from a system's packages. */
export interface Recipe {
  /** As it is called on the command line, and what its folder in the cache begins with. */
  readonly store: string;
  readonly title: string;
  /** The packages that hold the programs; where releases call them differently, the newest names come first. */
  readonly packages: readonly (readonly string[])[];
  /** Which version a folder of unpacked packages holds: it is asked, so that it is known to start. */
  readonly examine: (copy: string, account: Account | undefined) => Examined;
  /** Starts what a folder holds and has it answer. @returns what is wrong with it, or undefined */
  readonly tryOut: (copy: string, workshop: Workshop) => Promise<string | undefined>;
}

export interface Examined {
  readonly version?: string;
  readonly problem?: string;
}

export interface Workshop {
  readonly account: Account | undefined;
  /** An empty folder that belongs to the account and is removed afterwards. */
  readonly scratch: string;
  readonly signal: AbortSignal;
}
