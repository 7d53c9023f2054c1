import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Account } from "#stores/account.ts";
import { describeExit } from "#stores/process.ts";
import type { Programs } from "#stores/programs.ts";
import type { Access } from "#stores/postgresql/connection.ts";
import { initialise, SUPERUSER } from "#stores/postgresql/initialise.ts";
import { type Server } from "#stores/postgresql/server.ts";
import { start } from "#stores/postgresql/start.ts";
import type { Settings } from "#stores/postgresql/settings.ts";
import type { Address } from "../addresses.ts";
import type { Processes } from "../processes/processes.ts";

/** One PostgreSQL server of a store: its place, its data directory, and its process while it has one. */
export class PostgresqlNode {
  readonly id: string;
  readonly zone: string;
  readonly address: Address;
  readonly directory: string;
  readonly #programs: Programs;
  readonly #account: Account | undefined;
  readonly #settings: Settings;
  readonly #password: string;
  readonly #processes: Processes;
  #server: Server | null = null;

  constructor(
    place: { id: string; zone: string; address: Address; directory: string },
    how: {
      programs: Programs;
      account: Account | undefined;
      settings: Settings;
      password: string;
      processes: Processes;
    },
  ) {
    this.id = place.id;
    this.zone = place.zone;
    this.address = place.address;
    this.directory = place.directory;
    this.#programs = how.programs;
    this.#account = how.account;
    this.#settings = how.settings;
    this.#password = how.password;
    this.#processes = how.processes;
  }

  /** The superuser's access, directly and not through a forwarder. */
  get access(): Access {
    return { ...this.address, user: SUPERUSER, password: this.#password, database: "postgres" };
  }

  get isStandbyData(): boolean {
    return existsSync(join(this.directory, "standby.signal"));
  }

  get pid(): number | null {
    return this.#server?.pid ?? null;
  }

  async initialise(): Promise<boolean> {
    return initialise({
      programs: this.#programs,
      account: this.#account,
      directory: this.directory,
      password: this.#password,
      spawn: (program, args, options) =>
        this.#processes.journalled(`${this.id}-initdb`, program, args, options),
    });
  }

  /** @param onExit called once when the server's process has ended, however. */
  async start(onExit: (reason: string) => void, timeoutMs: number): Promise<void> {
    const server = await start({
      programs: this.#programs,
      account: this.#account,
      directory: this.directory,
      ...this.address,
      settings: this.#settings,
      log: this.#processes.logFile(this.id),
      timeoutMs,
      spawn: (program, args, options) => this.#processes.journalled(this.id, program, args, options),
    });
    this.#server = server;
    void server.exited.then((exit) => {
      if (this.#server === server) this.#server = null;
      this.#processes.disown(this.#frozenRole);
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
    // A supervisor that comes after us ends only what it knows of.
    this.#server?.freeze((pids) => this.#processes.adopt(pids, this.#frozenRole));
  }

  thaw(): void {
    this.#server?.thaw();
    this.#processes.disown(this.#frozenRole);
  }

  get #frozenRole(): string {
    return `${this.id}-frozen`;
  }

  async stop(timeoutMs: number): Promise<void> {
    // A frozen server can act on a signal only when it runs again.
    this.thaw();
    await this.#server?.stop("fast", timeoutMs);
  }
}
