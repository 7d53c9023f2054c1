import { randomBytes } from "node:crypto";
import { readJson, writePrivately } from "./state/files.ts";
import type { StateDirectory } from "./state/state-directory.ts";
import { isRecord } from "#model/data.ts";

/** The passwords of a twin: made once, kept in a file that only its owner reads, the same after every `up`. */
export class SecretFile {
  readonly #file: string;
  readonly #values: Map<string, string>;

  constructor(state: StateDirectory) {
    this.#file = state.secrets;
    const kept = readJson(this.#file);
    this.#values = new Map(
      isRecord(kept) ? Object.entries(kept).map(([name, value]) => [name, String(value)]) : [],
    );
  }

  /** The secret of that name; 24 random bytes, safe in a URL, when it is asked for the first time. */
  password(name: string): string {
    const kept = this.#values.get(name);
    if (kept !== undefined) return kept;
    const fresh = newPassword();
    this.change({ [name]: fresh });
    return fresh;
  }

  /** What is kept under a name; null where nothing is. */
  kept(name: string): string | null {
    return this.#values.get(name) ?? null;
  }

  /** Keeps values, or with null forgets them: all of them, or none. */
  change(values: Readonly<Record<string, string | null>>): void {
    const changed = new Map(this.#values);
    for (const [name, value] of Object.entries(values))
      if (value === null) changed.delete(name);
      else changed.set(name, value);
    writePrivately(this.#file, JSON.stringify(Object.fromEntries(changed)));
    for (const name of Object.keys(values)) this.#values.delete(name);
    for (const [name, value] of changed) this.#values.set(name, value);
  }
}

/** 24 random bytes, safe in a URL. */
export function newPassword(): string {
  return randomBytes(24).toString("base64url");
}
