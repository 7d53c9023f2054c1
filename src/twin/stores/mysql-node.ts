import type { Account } from "#stores/account.ts";
import { SUPERVISOR } from "#stores/mariadb/accounts.ts";
import type { OwnPasswords, Part } from "#stores/mariadb/configure.ts";
import type { Access } from "#stores/mariadb/connection.ts";
import { makeCopy } from "#stores/mariadb/copy.ts";
import type { MariadbPrograms } from "#stores/mariadb/find.ts";
import { copyEmpty, holdsData, initialise } from "#stores/mariadb/initialise.ts";
import type { MariadbServer } from "#stores/mariadb/server.ts";
import type { Settings } from "#stores/mariadb/settings.ts";
import { type Start, startMariadb } from "#stores/mariadb/start.ts";
import { describeExit } from "#stores/process.ts";
import type { Address } from "../addresses.ts";
import type { Processes } from "../processes/processes.ts";

interface Place {
  readonly id: string;
  readonly zone: string;
  readonly address: Address;
  readonly directory: string;
  /** Its number among the servers of the store, from 1: transactions bear it. */
  readonly serverId: number;
}

interface How {
  readonly programs: MariadbPrograms;
  readonly account: Account | undefined;
  readonly settings: Settings;
  readonly passwords: OwnPasswords;
  readonly processes: Processes;
}

/** One MariaDB of a store: its place, its data directory, and its process while it has one. */
export class MysqlNode {
  readonly id: string;
  readonly zone: string;
  readonly address: Address;
  readonly directory: string;
  readonly serverId: number;
  readonly #how: How;
  #server: MariadbServer | null = null;

  constructor({ id, zone, address, directory, serverId }: Place, how: How) {
    this.id = id;
    this.zone = zone;
    this.address = address;
    this.directory = directory;
    this.serverId = serverId;
    this.#how = how;
  }

  /** The supervisor's access, directly and not through a forwarder. */
  get access(): Access {
    return { ...this.address, user: SUPERVISOR, password: this.#how.passwords.supervisor };
  }

  get holdsData(): boolean {
    return holdsData(this.directory);
  }

  get pid(): number | null {
    return this.#server?.pid ?? null;
  }

  /** Makes an empty data directory, where there is none; says whether it made one. */
  initialise(): Promise<boolean> {
    const { programs, account, processes } = this.#how;
    return initialise({
      programs,
      account,
      directory: this.directory,
      spawn: (program, args, options) =>
        processes.journalled(`${this.id}-install-db`, program, args, options),
    });
  }

  /** Gives it the empty data directory of another node, which has not run yet. */
  beginAs(other: MysqlNode): Promise<void> {
    return copyEmpty(other.directory, this.directory, this.#how.account);
  }

  /** Replaces its data by a copy of what a primary holds. It must not run. */
  copyFrom(primary: MysqlNode, timeoutMs: number): Promise<void> {
    return makeCopy({ primary: primary.access, start: this.#start("replica", timeoutMs, "-copy") });
  }

  /** @param onExit called once when its process has ended, however. */
  async start(part: Part, onExit: (reason: string) => void, timeoutMs: number): Promise<void> {
    const server = await startMariadb(this.#start(part, timeoutMs));
    this.#server = server;
    void server.exited.then((exit) => {
      if (this.#server === server) this.#server = null;
      onExit(describeExit(exit));
    });
  }

  #start(part: Part, timeoutMs: number, role = ""): Start {
    const { programs, account, settings, passwords, processes } = this.#how;
    return {
      programs,
      account,
      settings,
      passwords,
      ...this.address,
      directory: this.directory,
      name: this.id,
      serverId: this.serverId,
      part,
      log: processes.logFile(this.id),
      timeoutMs,
      spawn: (program, args, options) => processes.journalled(`${this.id}${role}`, program, args, options),
    };
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
