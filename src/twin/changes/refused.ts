import { PlumblineError } from "#model/errors.ts";
import type { Problem } from "#model/problems.ts";
import type { Change } from "./difference.ts";

/** Differences that a running twin cannot take over, each with what to do. */
export class ChangesRefused extends PlumblineError {
  readonly problems: readonly Problem[];

  constructor(twin: string, changes: readonly Change[]) {
    const count = changes.length === 1 ? "1 change" : `${changes.length} changes`;
    super(
      "CHANGE_NEEDS_RESTART",
      `${count} of the architecture cannot be applied while ${twin} runs; nothing was changed.`,
      `Take back what is listed, or \`plumbline down ${twin}\` and run \`plumbline up\` again.`,
    );
    this.problems = changes.map((change) => ({
      code: "CHANGE_NEEDS_RESTART",
      path: change.path,
      message: `${shown(change.before)} became ${shown(change.after)}`,
      remedy: remedyFor(change, twin),
    }));
  }
}

/** The data of a store outlives `down`, but a store of another kind or major version cannot read it. */
function remedyFor({ path, before, after }: Change, twin: string): string {
  const readable = !/^stores\.[^.]+\.(?:kind|version)$/.test(path) || major(before) === major(after);
  return readable
    ? `\`plumbline down ${twin}\`, then \`plumbline up\`; the data stays.`
    : `\`plumbline down ${twin} --purge\`, then \`plumbline up\`: the new one cannot read the data of the old one.`;
}

/** `15` of 15.4; what is no version is its own. */
function major(version: unknown): string {
  return String(version).replace(/\..*$/, "");
}

function shown(value: unknown): string {
  return value === undefined ? "nothing" : JSON.stringify(value);
}

/** Nobody waits any longer for what a newer change has taken over. */
export function superseded(): PlumblineError {
  return new PlumblineError(
    "CHANGE_SUPERSEDED",
    "A newer change came while this one waited for its replicas.",
    "See how the newer one goes: `plumbline status`.",
  );
}
