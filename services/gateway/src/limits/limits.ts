import { LocalWindow } from "./local-window.ts";
import type { SharedStore } from "./shared-store.ts";
import type { Admission, WindowSettings } from "./window.ts";

/** Whose requests are counted: of an address, and of whoever a credential says. */
export const LIMITS = ["address", "key"] as const;
export type LimitName = (typeof LIMITS)[number];
export type LimitSettings = Readonly<Record<LimitName, WindowSettings>>;

/** A caller whose requests are counted. */
export interface Counted {
  readonly limit: LimitName;
  readonly caller: string;
}

/**
 * Windows that all replicas share. While Redis is away each has its own: a caller is then let in as often as the limit by
 * each of them, and nobody waits.
 */
export class Limits {
  readonly settings: LimitSettings;
  readonly #store: SharedStore | undefined;
  readonly #local: Readonly<Record<LimitName, LocalWindow>>;

  /** @param store undefined where there is no Redis. */
  constructor(settings: LimitSettings, store: SharedStore | undefined) {
    this.settings = settings;
    this.#store = store;
    this.#local = { address: new LocalWindow(settings.address), key: new LocalWindow(settings.key) };
  }

  /** Counts a request for each of its callers in turn; where one is refused, it is the last in the answer. */
  async admit(...counted: readonly Counted[]): Promise<readonly Admission[]> {
    if (this.#store?.isThere) {
      try {
        return await this.#store.admit(
          ...counted.map(({ limit, caller }) => ({
            key: `limit:${limit}:${caller}`,
            ...this.settings[limit],
          })),
        );
      } catch {
        // It has said so; this request counts here.
      }
    }
    const admissions: Admission[] = [];
    for (const { limit, caller } of counted) {
      const admission = this.#local[limit].admit(caller);
      admissions.push(admission);
      if (!admission.isAdmitted) break;
    }
    return admissions;
  }
}
