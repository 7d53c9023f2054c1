/** Whether Redis answers, since when (milliseconds since 1970), and which server it is. */
export type CacheState =
  | {
      readonly status: "ready";
      readonly since: number;
      /** `run_id` of the server: another one after each restart and each failover, so what it held may be lost. */
      readonly runId: string;
    }
  | { readonly status: "away"; readonly since: number; readonly why: string };

/** Redis cannot be asked now, or did not answer in time; whether a command took place is then unknown. */
export class CacheAway extends Error {
  constructor(why: string, options?: ErrorOptions) {
    super(`Redis is away: ${why}.`, options);
  }
}

/** A Lua script; Redis knows it by its SHA-1, so its text travels once. */
export interface Script {
  readonly text: string;
  readonly sha1: string;
}

export type Argument = string | number | Buffer;

export interface Subscription {
  onMessage(message: string): void;
  /**
   * The subscription stands, for the first time or again: what was published before is lost, so whoever keeps
   * something up to date by messages reads it anew.
   */
  onStanding?(): void;
}

/** What Redis is to this service: fast, shared by the replicas, and allowed to be away at any time. */
export interface Cache {
  readonly state: CacheState;
  /** Told of every change of the state from now on; the result ends that. */
  onState(listener: (state: CacheState) => void): () => void;
  /** Sends a command. Rejects with CacheAway, at once while Redis is away, or with the server's own error. */
  call(command: string, ...args: readonly Argument[]): Promise<unknown>;
  /** Runs a script that names its keys itself, as Redis without cluster mode allows. Rejects as `call` does. */
  run(script: Script, args: readonly Argument[]): Promise<unknown>;
  /** The same for a script that answers bytes, which need not be text. */
  runBytes(script: Script, args: readonly Argument[]): Promise<Buffer>;
  /** Hears a channel whenever Redis is there, by a connection of its own; the result ends that. */
  subscribe(channel: string, subscription: Subscription): () => void;
  /** Ends all connections; commands under way are rejected. */
  close(): void;
}

export interface CacheLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

/** For metrics: called once for each command that was sent. */
export type CommandObserver = (milliseconds: number, outcome: "answered" | "error" | "away") => void;
