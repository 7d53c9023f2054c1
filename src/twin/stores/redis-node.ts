import type { Account } from "#stores/account.ts";
import { describeExit } from "#stores/process.ts";
import type { Access } from "#stores/redis/connection.ts";
import type { RedisPrograms } from "#stores/redis/find.ts";
import type { RedisServer } from "#stores/redis/server.ts";
import { type RedisPasswords, type RedisSettings, SUPERVISOR } from "#stores/redis/settings.ts";
import { startRedis } from "#stores/redis/start.ts";
import type { Address } from "../addresses.ts";
import type { Processes } from "../processes/processes.ts";

interface Place {
  readonly id: string;
  readonly zone: string;
  readonly address: Address;
  readonly directory: string;
}

interface How {
  readonly programs: RedisPrograms;
  readonly account: Account | undefined;
  readonly settings: RedisSettings;
  readonly passwords: RedisPasswords;
  readonly processes: Processes;
}

/** One Redis of a store: its place, its data directory, and its process while it has one. */
export class RedisNode {
  readonly id: string;
  readonly zone: string;
  readonly address: Address;
  readonly directory: string;
  readonly #how: How;
  #server: RedisServer | null = null;

  constructor({ id, zone, address, directory }: Place, how: How) {
    this.id = id;
    this.zone = zone;
    this.address = address;
    this.directory = directory;
    this.#how = how;
  }

  /** The supervisor's access, directly and not through a forwarder. */
  get access(): Access {
    return { ...this.address, user: SUPERVISOR, password: this.#how.passwords.supervisor };
  }

  get pid(): number | null {
    return this.#server?.pid ?? null;
  }

  /**
   * @param upstream whom it follows from its first moment on; null for the primary.
   * @param onExit called once when its process has ended, however.
   */
  async start(upstream: Address | null, onExit: (reason: string) => void, timeoutMs: number): Promise<void> {
    const { processes, ...how } = this.#how;
    const server = await startRedis({
      ...how,
      ...this.address,
      directory: this.directory,
      upstream,
      log: processes.logFile(this.id),
      timeoutMs,
      spawn: (program, args, options) => processes.journalled(this.id, program, args, options),
    });
    this.#server = server;
    void server.exited.then((exit) => {
      if (this.#server === server) this.#server = null;
      onExit(describeExit(exit));
    });
  }

  /** No process of the node is left when this returns. */
  async kill(): Promise<void> {
    await this.#server?.kill();
  }

  get ended(): Promise<void> | null {
    return this.#server?.exited.then(() => {}) ?? null;
  }

  freeze(): void {
    this.#server?.signal("SIGSTOP");
  }

  thaw(): void {
    this.#server?.signal("SIGCONT");
  }

  async stop(timeoutMs: number): Promise<void> {
    await this.#server?.stop(timeoutMs);
  }
}
