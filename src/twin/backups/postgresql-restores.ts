import { rm } from "node:fs/promises";
import { join } from "node:path";
import { storeAccount } from "#stores/account.ts";
import type { Target } from "#stores/backup/choose.ts";
import { setSuperuserPassword } from "#stores/postgresql/backup/passwords.ts";
import { recover, type Recovery } from "#stores/postgresql/backup/recover.ts";
import { readEverything } from "#stores/postgresql/backup/verify.ts";
import { SUPERUSER } from "#stores/postgresql/initialise.ts";
import { ensureRoles } from "#stores/postgresql/roles.ts";
import type { Settings } from "#stores/postgresql/settings.ts";
import { start } from "#stores/postgresql/start.ts";
import type { Programs } from "#stores/programs.ts";
import type { Address } from "../addresses.ts";
import { applicationLogin } from "../rotation/application-logins.ts";
import { rolesOf, secretNames } from "../stores/postgresql-setup.ts";
import type { TwinContext } from "../twin-context.ts";
import type { Chosen, How, RestoredServer } from "./store-backups.ts";
import { type FileWorker, spawnCopy } from "./work-process.ts";

/** What a restored server is run with. */
interface Programmed {
  readonly programs: () => Promise<Programs>;
  /** As the servers of the store have them, without how they archive. */
  readonly settings: () => Settings;
}

const RECOVERY_WITHIN_MS = 3_600_000;

/** Lays backups of one PostgreSQL store out, has the log replayed, and runs what comes of it. */
export class PostgresqlRestores {
  readonly #store: string;
  readonly #context: TwinContext;
  readonly #worker: FileWorker;
  readonly #how: Programmed;

  constructor(store: string, context: TwinContext, worker: FileWorker, how: Programmed) {
    this.#store = store;
    this.#context = context;
    this.#worker = worker;
    this.#how = how;
  }

  async tryOut(chosen: Chosen, folder: string, how: How): Promise<Record<string, number>> {
    const directory = join(folder, "data");
    const last = chosen.manifest.log?.last ?? null;
    await this.#layOut(chosen, directory, last, how);
    // Of a copy that is thrown away nothing needs to survive a power cut.
    const settings = { ...this.#how.settings(), fsync: "off", shared_buffers: "16MB" };
    const wanted = await this.#recovery(directory, { kind: "consistent" }, settings, how);
    const { done } = await recover(wanted, readEverything);
    return { ...done };
  }

  async restore(
    chosen: Chosen,
    target: Target,
    directory: string,
    signal: AbortSignal,
  ): Promise<string | null> {
    const how = { signal, urgent: true };
    await this.#layOut(chosen, directory, null, how);
    const password = this.#context.secrets.password(secretNames(this.#store).superuser);
    const wanted = await this.#recovery(directory, target, this.#how.settings(), how);
    const { lastCommit } = await recover(wanted, (access) => setSuperuserPassword(access, password));
    await rm(`${directory}.log`, { recursive: true, force: true });
    return lastCommit;
  }

  async serve(name: string, directory: string, address: Address): Promise<RestoredServer> {
    const { processes, secrets } = this.#context;
    const server = await start({
      programs: await this.#how.programs(),
      account: storeAccount(),
      directory,
      ...address,
      settings: this.#how.settings(),
      log: processes.logFile(name),
      spawn: (program, args, options) => processes.journalled(name, program, args, options),
    });
    const [roles, superuser] = [rolesOf(this.#store, secrets), secretNames(this.#store).superuser];
    const access = {
      ...address,
      user: SUPERUSER,
      password: secrets.password(superuser),
      database: "postgres",
    };
    await ensureRoles(access, roles);
    const { user, password } = applicationLogin(secrets, this.#store);
    const { database } = roles.application;
    const url = `postgresql://${user}:${password}@${address.host}:${address.port}/${database}`;
    return { url, stop: (timeoutMs) => server.stop("fast", timeoutMs) };
  }

  async #layOut(chosen: Chosen, to: string, last: string | null, how: How): Promise<void> {
    const { folder, manifest } = chosen;
    // The folder of a backup is below `bases` of its lineage, in whichever region it is.
    const lineage = join(folder, "..", "..");
    const account = storeAccount() ?? null;
    const log = `${to}.log`;
    await this.#worker.do({ kind: "lay-out", folder, manifest, lineage, to, log, last, account }, how);
  }

  async #recovery(
    directory: string,
    target: Recovery["target"],
    settings: Settings,
    how: How,
  ): Promise<Recovery> {
    const { processes } = this.#context;
    const role = `${this.#store}-${how.urgent ? "restore" : "trial"}`;
    return {
      store: this.#store,
      programs: await this.#how.programs(),
      account: storeAccount(),
      directory,
      logFolder: `${directory}.log`,
      target,
      settings,
      log: processes.logFile(role),
      spawn: spawnCopy(processes, role, how),
      timeoutMs: RECOVERY_WITHIN_MS,
    };
  }
}
