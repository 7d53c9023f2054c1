import type { Issued } from "#entry/tls/issue.ts";
import type { EventLog } from "../event-log.ts";
import { type Authority, authorityFolder, localAuthority } from "./authority.ts";
import { keptCertificate } from "./certificate.ts";

/** How often a twin that runs for months looks whether its certificate is soon over. */
const CHECK_MS = 12 * 3_600_000;

/** The certificate of a twin's https listeners, good for as long as the twin runs. */
export class TwinCertificate {
  readonly #file: string;
  readonly #events: EventLog;
  readonly #onRenewed: () => void;
  #names: readonly string[] = [];
  #authority: Authority | null = null;
  #issued: Issued | null = null;
  #work: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param file what it is kept in, with its key.
   * @param onRenewed called when the certificate that is in use is to be replaced by a new one.
   */
  constructor(file: string, events: EventLog, onRenewed: () => void) {
    this.#file = file;
    this.#events = events;
    this.#onRenewed = onRenewed;
  }

  /** Null until it was asked for. */
  get issued(): Issued | null {
    return this.#issued;
  }

  /** The certificate that clients have to trust; null until there is one. */
  get authorityFile(): string | null {
    return this.#authority?.file ?? null;
  }

  /** Sees to it that there is a good one for these names. @throws PlumblineError AUTHORITY_UNUSABLE */
  ensure(names: readonly string[]): Promise<void> {
    this.#names = names;
    this.#timer ??= setInterval(() => void this.renew(), CHECK_MS).unref();
    this.#work = this.#issue();
    return this.#work;
  }

  /** Replaces it where it is soon over. One that cannot be replaced stays in use. */
  async renew(): Promise<void> {
    const before = this.#issued?.certificate;
    try {
      await this.ensure(this.#names);
    } catch (error) {
      this.#events.record("error", "load-balancer", `keeps its certificate: ${(error as Error).message}`);
      return;
    }
    if (this.#issued?.certificate === before) return;
    this.#events.record("info", "load-balancer", "has a new certificate");
    this.#onRenewed();
  }

  /** Returns when no process issues one any more. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    // Whoever waits for it is told if it fails.
    await this.#work.catch(() => {});
  }

  async #issue(): Promise<void> {
    this.#authority = await localAuthority(authorityFolder());
    this.#issued = await keptCertificate(this.#file, this.#names, this.#authority);
  }
}
