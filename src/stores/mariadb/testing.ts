import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { storeAccount } from "../account.ts";
import { openFolder } from "../packages/testing.ts";
import { freePort, type Need } from "../testing.ts";
import { SUPERVISOR } from "./accounts.ts";
import type { Access } from "./connection.ts";
import { findMariadb, type MariadbPrograms } from "./find.ts";
import { initialise } from "./initialise.ts";
import type { MariadbServer } from "./server.ts";
import { twinSettings } from "./settings.ts";
import { type Start, startMariadb } from "./start.ts";

export const account = storeAccount();
const found = find();

function find(): MariadbPrograms | Error {
  try {
    return findMariadb(account);
  } catch (error) {
    return error as Error;
  }
}

export const mariadb: Need = {
  name: "mariadb",
  met: !(found instanceof Error),
  otherwise: found instanceof Error ? found.message : "",
};

export function programs(): MariadbPrograms {
  if (found instanceof Error) throw found;
  return found;
}

const SMALL = twinSettings({ bufferPoolBytes: 16 * 2 ** 20, maxConnections: 40 });

let template: string | undefined;

/** For a test file's afterAll. */
export async function removeTemplate(): Promise<void> {
  if (template) await rm(dirname(template), { recursive: true, force: true });
  template = undefined;
}

/** A server with its place. */
export type Node = MariadbServer & { readonly host: string; readonly port: number };

/** A folder with servers in it, all of which end with the test. */
export class MariadbWorkshop {
  readonly directory = openFolder();
  readonly passwords = {
    supervisor: randomBytes(12).toString("hex"),
    replication: String.raw`it's a \ : "password"`,
  };
  readonly #servers = new Set<MariadbServer>();
  readonly #names: string[] = [];

  /** An empty data directory of this name, as a copy of the first one: that is faster than to make another one. */
  async data(name: string): Promise<void> {
    if (template === undefined) {
      const directory = join(openFolder(), "data");
      await initialise({ programs: programs(), account, directory });
      template = directory;
    }
    execFileSync("cp", ["-a", template, join(this.directory, name)]);
  }

  /** How a server of this name is started. */
  async wanted(name: string, wanted: Partial<Start> = {}): Promise<Start> {
    if (!this.#names.includes(name)) this.#names.push(name);
    return {
      programs: programs(),
      account,
      directory: join(this.directory, name),
      host: "127.0.0.1",
      port: wanted.port ?? (await freePort()),
      name,
      serverId: this.#names.indexOf(name) + 1,
      part: "primary",
      settings: SMALL,
      passwords: this.passwords,
      log: this.log(name),
      ...wanted,
    };
  }

  async start(name: string, wanted: Partial<Start> = {}): Promise<Node> {
    const start = await this.wanted(name, wanted);
    const server = await startMariadb(start);
    this.#servers.add(server);
    return { ...server, host: start.host, port: start.port };
  }

  log(name: string): string {
    return join(this.directory, `${name}.log`);
  }

  /** As the supervisor. */
  access({ host, port }: { host: string; port: number }): Access {
    return { host, port, user: SUPERVISOR, password: this.passwords.supervisor };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#servers].map((server) => server.kill()));
    await rm(this.directory, { recursive: true, force: true });
  }
}
