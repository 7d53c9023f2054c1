import { existsSync } from "node:fs";
import { rename } from "node:fs/promises";
import { join } from "node:path";
import { PlumblineError } from "#model/errors.ts";
import { makeOpen } from "#stores/account.ts";
import { stampOf } from "#stores/backup/vault.ts";
import type { TwinContext } from "../twin-context.ts";
import type { StoreBackups } from "./store-backups.ts";

interface Replaceable {
  readonly nodes: readonly { readonly id: string; readonly directory: string }[];
  reopen(swap: () => Promise<void>): Promise<void>;
}

/** Lets a store go on from a folder; what its nodes had is put aside. @returns where that is. */
export async function replaceData(
  store: string,
  backups: Pick<StoreBackups, "primaryDirectory" | "beginLineage">,
  source: Replaceable,
  { state }: Pick<TwinContext, "state">,
  directory: string,
): Promise<string> {
  const to = backups.primaryDirectory;
  const kept = join(state.data, `${store}.kept-${stampOf(new Date())}`);
  makeOpen(kept);
  await source.reopen(async () => {
    for (const node of source.nodes)
      if (existsSync(node.directory)) await rename(node.directory, join(kept, node.id));
    await rename(directory, to);
    backups.beginLineage();
  });
  return kept;
}

export function unavailable(store: string): PlumblineError {
  return new PlumblineError(
    "STORE_UNAVAILABLE",
    `The store ${store} has no primary that runs.`,
    "See `plumbline status`; it can be backed up when writes go to it again.",
  );
}
