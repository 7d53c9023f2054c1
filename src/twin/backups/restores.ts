import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { dirname, isAbsolute, join } from "node:path";
import { PlumblineError } from "#model/errors.ts";
import { STORE_PORTS } from "#model/stores/store.ts";
import { makeOpen } from "#stores/account.ts";
import { chooseBase, type Target } from "#stores/backup/choose.ts";
import type { Address } from "../addresses.ts";
import { TwinName } from "../state/state-directory.ts";
import type { StoreConnection } from "../status.ts";
import type { TwinContext } from "../twin-context.ts";
import type { RestoredStore, RestoreStatus } from "./backup-status.ts";
import type { StoreRestoreRequest } from "./requests.ts";
import type { RestoredServer, StoreBackups } from "./store-backups.ts";

const STOP_WITHIN_MS = 10_000;

interface Running extends RestoredStore {
  readonly kind: StoreBackups["kind"];
  readonly place: Address;
  readonly server: RestoredServer;
}

/** Restores stores: beside the one that they are a copy of, as RDS does, or in its place. */
export class Restores {
  readonly #context: TwinContext;
  readonly #running = new Map<string, Running>();

  constructor(context: TwinContext) {
    this.#context = context;
  }

  get running(): readonly RestoredStore[] {
    return [...this.#running.values()].map(({ name, of, address, directory }) => ({
      name,
      of,
      address,
      directory,
    }));
  }

  get connections(): readonly StoreConnection[] {
    return [...this.#running.values()].map(({ name, kind, server: { url } }) => ({
      name,
      kind,
      writer: url,
      reader: url,
    }));
  }

  async restore(
    backups: StoreBackups,
    request: StoreRestoreRequest,
    signal: AbortSignal,
  ): Promise<RestoreStatus> {
    const began = performance.now();
    const { store, to, region = this.#context.architecture.region, replace } = request;
    const [name, directory] = replace
      ? [store, join(this.#context.state.data, `${store}.restoring`)]
      : this.#placeFor(store, request.as ?? `${store}-restored`);
    const target: Target = to === "latest" ? { kind: "latest" } : { kind: "time", time: to };
    const now = new Date();
    const vault = backups.vaults.in(region);
    await flushed(backups, signal);
    const chosen = chooseBase(store, await vault.list(), vault.lineages(), target, now);
    await rm(directory, { recursive: true, force: true });
    makeOpen(dirname(directory));
    let lastChange: string | null;
    try {
      lastChange = await backups.restore(chosen, target, directory, signal);
    } catch (error) {
      // Half of a restore is of no use.
      await Promise.all(
        [directory, `${directory}.log`].map((path) => rm(path, { recursive: true, force: true })),
      );
      throw error;
    }
    const seconds = () => Number(((performance.now() - began) / 1000).toFixed(1));
    const common = { store, as: name, region, backup: chosen.id, to, lastChange };
    if (replace) {
      const kept = await backups.replaceWith(directory);
      this.#say(
        "warning",
        store,
        `goes on from ${lastChange ?? chosen.id}; what it had before is in ${kept}`,
      );
      const url = this.#context.endpoints(this.#context.architecture.zoneNames[0] as string).stores[store]
        ?.writer;
      return { ...common, url: url ?? "", directory: backups.primaryDirectory, kept, seconds: seconds() };
    }
    const { url } = await this.#serve(backups, name, directory);
    this.#say("info", name, `is ${store} as it was at ${lastChange ?? chosen.id}`);
    return { ...common, url, directory, kept: null, seconds: seconds() };
  }

  async drop(name: string): Promise<void> {
    const restored = this.#running.get(name);
    if (!restored) {
      const names = [...this.#running.keys()].join(", ");
      throw new PlumblineError(
        "STORE_NOT_FOUND",
        `No restored store ${name} runs.`,
        names === "" ? "None does." : `There are: ${names}.`,
      );
    }
    this.#running.delete(name);
    await restored.server.stop(STOP_WITHIN_MS);
    this.#context.addresses.release(restored.place);
    await rm(restored.directory, { recursive: true, force: true });
    this.#say("info", name, "has stopped, and its data is gone");
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#running.values()].map(({ server }) => server.stop(STOP_WITHIN_MS)));
    this.#running.clear();
  }

  async #serve(backups: StoreBackups, name: string, directory: string): Promise<RestoredServer> {
    const { architecture, addresses } = this.#context;
    const tier = architecture.stores[backups.store]?.subnets ?? "private";
    const place = await addresses.acquire(tier, 0, STORE_PORTS[backups.kind]);
    const server = await backups.serve(name, directory, place);
    const address = `${place.host}:${place.port}`;
    const { store: of, kind } = backups;
    this.#running.set(name, { name, of, kind, address, place, directory, server });
    return server;
  }

  /** The name of a new store and its folder. @throws PlumblineError NAME_INVALID, NAME_TAKEN */
  #placeFor(store: string, as: string): [name: string, directory: string] {
    const [name, directory] = isAbsolute(as)
      ? [`${store}-restored`, as]
      : [as, join(this.#context.state.restored, as)];
    const checked = TwinName.safeParse(name);
    if (!checked.success) {
      throw new PlumblineError(
        "NAME_INVALID",
        `"${as}" cannot name a store: ${checked.error.issues[0]?.message}.`,
        "Choose another --as: a name, or the path of a folder.",
      );
    }
    const isTaken = this.#context.architecture.stores[name] !== undefined || this.#running.has(name);
    if (isTaken || existsSync(directory)) {
      throw new PlumblineError(
        "NAME_TAKEN",
        isTaken ? `There is a store ${name} already.` : `${directory} is there already.`,
        `Choose another name with --as, or forget that one: \`plumbline restore ${name} --drop\`.`,
      );
    }
    return [name, directory];
  }

  #say(level: "info" | "warning", part: string, message: string): void {
    this.#context.events.record(level, part, message);
  }
}

/** A store that runs has what was written last brought to its bucket; of one that does not, there is what there is. */
async function flushed(backups: StoreBackups, signal: AbortSignal): Promise<void> {
  await backups.flush(signal).catch(() => signal.throwIfAborted());
  await backups.tend();
}
