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
    const fresh = randomBytes(24).toString("base64url");
    this.#values.set(name, fresh);
    writePrivately(this.#file, JSON.stringify(Object.fromEntries(this.#values)));
    return fresh;
  }
}
