import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { Redis } from "ioredis";
import { storeAccount } from "../account.ts";
import { openFolder } from "../packages/testing.ts";
import { freePort, type Need } from "../testing.ts";
import type { Access } from "./connection.ts";
import { findRedis, type RedisPrograms } from "./find.ts";
import type { RedisServer } from "./server.ts";
import { type RedisPasswords, type RedisSettings, SUPERVISOR } from "./settings.ts";
import { type RedisStart, startRedis } from "./start.ts";

const account = storeAccount();
const found = find();

function find(): RedisPrograms | Error {
  try {
    return findRedis("7", account);
  } catch (error) {
    return error as Error;
  }
}

export const redis: Need = {
  name: "redis",
  met: !(found instanceof Error),
  otherwise: found instanceof Error ? found.message : "",
};

const IN_MEMORY: RedisSettings = {
  maxMemoryBytes: 64 * 2 ** 20,
  eviction: "volatile-lru",
  appendOnly: false,
  snapshotEveryMs: null,
  refused: ["config", "replicaof", "shutdown"],
};

/** What a test may say of a node; the rest is as in every test. */
type Wanted = Partial<Omit<RedisStart, "settings">> & { readonly settings?: Partial<RedisSettings> };

/** A Redis with its address. */
export type Node = RedisServer & { readonly host: string; readonly port: number };

/** A folder with servers and clients, all of which end with the test. */
export class RedisWorkshop {
  readonly directory = openFolder();
  readonly passwords: RedisPasswords = {
    application: "an application's",
    supervisor: randomBytes(12).toString("hex"),
    replication: randomBytes(12).toString("hex"),
  };
  readonly #servers = new Set<RedisServer>();
  readonly #clients = new Set<Redis>();

  async start(name: string, { settings, ...wanted }: Wanted = {}): Promise<Node> {
    if (found instanceof Error) throw found;
    const place = { host: "127.0.0.1", port: wanted.port ?? (await freePort()) };
    const server = await startRedis({
      programs: found,
      account,
      directory: join(this.directory, name),
      upstream: null,
      settings: { ...IN_MEMORY, ...settings },
      passwords: this.passwords,
      log: this.log(name),
      ...place,
      ...wanted,
    });
    this.#servers.add(server);
    return { ...server, ...place };
  }

  log(name: string): string {
    return join(this.directory, `${name}.log`);
  }

  /** As the supervisor. */
  access({ host, port }: { host: string; port: number }): Access {
    return { host, port, user: SUPERVISOR, password: this.passwords.supervisor };
  }

  /** As a service does, with a client library of its own. */
  client({ host, port }: { host: string; port: number }): Redis {
    const password = encodeURIComponent(this.passwords.application);
    const client = new Redis(`redis://default:${password}@${host}:${port}`, { maxRetriesPerRequest: 1 });
    client.on("error", () => {});
    this.#clients.add(client);
    return client;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) client.disconnect();
    await Promise.all([...this.#servers].map((server) => server.kill()));
    await rm(this.directory, { recursive: true, force: true });
  }
}
