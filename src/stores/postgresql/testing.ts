import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { storeAccount } from "../account.ts";
import type { Programs } from "../programs.ts";
import { freePort, type Need } from "../testing.ts";
import type { Access } from "./connection.ts";
import { findPostgresql } from "./find.ts";
import { SUPERUSER, initialise } from "./initialise.ts";
import type { Server } from "./server.ts";
import { twinSettings } from "./settings.ts";
import type { Settings } from "./settings.ts";
import { start } from "./start.ts";
import type { Start } from "./start.ts";

export const account = storeAccount();
const found: Programs | Error = await findPostgresql(15, account).catch((error: Error) => error);

export const postgresql: Need = {
  name: "postgresql",
  met: !(found instanceof Error),
  otherwise: found instanceof Error ? found.message : "",
};

export function programs(): Programs {
  if (found instanceof Error) throw found;
  return found;
}

/** A server that is killed loses nothing without fsync, only a machine does; and the tests are many times faster. */
export const SMALL: Settings = {
  ...twinSettings({ sharedBuffersBytes: 16 * 1024 * 1024, maxConnections: 40 }),
  fsync: "off",
};

const PASSWORD = randomBytes(12).toString("hex");
let template: string | undefined;

async function initialised(): Promise<string> {
  const directory = join(openFolder(), "data");
  await initialise({ programs: programs(), account, directory, password: PASSWORD });
  return directory;
}

/** For a test file's afterAll. */
export async function removeTemplate(): Promise<void> {
  if (template) await rm(dirname(template), { recursive: true, force: true });
  template = undefined;
}

function openFolder(): string {
  const directory = mkdtempSync(join(tmpdir(), "plumbline-test-"));
  chmodSync(directory, 0o755);
  return directory;
}

/** A folder with servers in it, all of which end with the test. */
export class Workshop {
  readonly directory: string;
  readonly password = PASSWORD;
  readonly #servers = new Set<Server>();

  constructor() {
    this.directory = openFolder();
  }

  /** Makes a data directory of this name, as a copy of the first one: that is faster than another initdb. */
  async data(name: string): Promise<string> {
    const directory = join(this.directory, name);
    template ??= await initialised();
    // With the owner of every file, which Node's own copy does not keep.
    execFileSync("cp", ["-a", template, directory]);
    return directory;
  }

  async start(name: string, wanted: Partial<Start> = {}): Promise<Server> {
    const server = await start({
      programs: programs(),
      account,
      directory: join(this.directory, name),
      host: "127.0.0.1",
      port: wanted.port ?? (await freePort()),
      settings: SMALL,
      log: join(this.directory, `${name}.log`),
      ...wanted,
    });
    this.#servers.add(server);
    return server;
  }

  access({ host, port }: { host: string; port: number }, database = "postgres"): Access {
    return { host, port, user: SUPERUSER, password: this.password, database };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#servers].map((server) => server.kill()));
    await rm(this.directory, { recursive: true, force: true });
  }
}
