// Reads a snapshot of the rules from the database: all of it as of one moment, and of the lists only what has changed.
import type { Connection, Pool } from "../database/session.ts";
import { inTransaction } from "../database/transaction.ts";
import { Problem } from "../http/problems.ts";
import type { CompiledRuleSet } from "../rules/evaluation.ts";
import { readStamp, type Stamp } from "./changes.ts";
import { compileStored } from "./checking.ts";
import { loadLists } from "./list-loader.ts";
import { readRunning, type StoredVersion } from "./repository.ts";
import { readActiveSnoozes } from "./snooze-repository.ts";
import { indexSnoozes } from "./snooze-index.ts";
import type { RuleSnapshot, Unrunnable } from "./snapshot.ts";

export interface RuleLoader {
  /** The newest change; cheap. */
  stamp(): Promise<Stamp | undefined>;
  /**
   * The rules as they are; what `previous` has already is taken from it. Throws `rules_unavailable` where no version is
   * live, or the live one cannot be run and there is none before it.
   */
  load(previous: RuleSnapshot | undefined): Promise<RuleSnapshot>;
}

export function createRuleLoader(pool: Pool): RuleLoader {
  return {
    stamp: () => readStamp(pool),
    load: (previous) => inTransaction(pool, "consistent read", (client) => loadIn(client, previous)),
  };
}

async function loadIn(client: Connection, previous: RuleSnapshot | undefined): Promise<RuleSnapshot> {
  const stamp = await readStamp(client);
  if (stamp === undefined)
    unavailable("no version was ever live: run the migration job, which begins with one");
  const { live, shadows, unrunnable } = compileAll(await readRunning(client), previous);
  const names = new Set([live, ...shadows].flatMap(({ lists }) => lists));
  return {
    stamp,
    live,
    shadows,
    lists: await loadLists(client, names, previous),
    snoozes: indexSnoozes(await readActiveSnoozes(client)),
    unrunnable,
  };
}

/** A version that cannot be run leaves the others as they are: the last good live one stays, a shadow is left out. */
function compileAll(versions: readonly StoredVersion[], previous: RuleSnapshot | undefined) {
  const ready = new Map(previous && [previous.live, ...previous.shadows].map((set) => [set.version, set]));
  const unrunnable: Unrunnable[] = [];
  let live: CompiledRuleSet | undefined;
  const shadows: CompiledRuleSet[] = [];
  for (const stored of versions) {
    const { version, state } = stored;
    try {
      const known = ready.get(version);
      const compiled = known?.hash === stored.hash ? known : compileStored(stored);
      if (state === "live") live = compiled;
      else shadows.push(compiled);
    } catch (error) {
      unrunnable.push({ version, state: state as "live" | "shadow", message: (error as Error).message });
    }
  }
  live ??= previous?.live;
  if (live === undefined) {
    const failed = unrunnable.find(({ state }) => state === "live");
    unavailable(
      failed ? `version ${failed.version} cannot be run here: ${failed.message}` : "no version is live",
    );
  }
  return { live, shadows, unrunnable };
}

function unavailable(message: string): never {
  throw new Problem("rules_unavailable", [{ code: "rules_unavailable", message, pointer: "" }]);
}
