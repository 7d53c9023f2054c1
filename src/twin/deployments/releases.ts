import { isRecord } from "#model/data.ts";
import type { ResolvedService } from "#model/architecture.ts";
import { readJson, writePrivately } from "../state/files.ts";
import { CURRENT, isKnown, labelOf, type Release, released } from "./release.ts";

type Replicated = Exclude<ResolvedService, { kind: "job" }>;

/**
 * The releases of one service, by the names that the controllers know them by. Which one it runs is kept in a file: as
 * with the data of its stores, a twin that comes up again runs what was deployed last.
 */
export class Releases {
  readonly #file: string;
  readonly #service: string;
  readonly #known = new Map<string, Release>([[labelOf(CURRENT), CURRENT]]);

  constructor(file: string, service: string) {
    this.#file = file;
    this.#service = service;
  }

  /** What it is to run when it starts: what it ran last, as far as the architecture still has it. */
  first(service: Replicated): string {
    const kept = (readReleases(this.#file)[this.#service] ?? CURRENT) as Release;
    return this.add(isKnown(service, kept) ? kept : CURRENT);
  }

  /** @returns its name for the controllers. */
  add(release: Release): string {
    const label = labelOf(release);
    this.#known.set(label, release);
    return label;
  }

  get(label: string): Release {
    return this.#known.get(label) ?? CURRENT;
  }

  /** The service as the release of that name runs it. */
  definition<Service extends Replicated>(service: Service, label: string): Service {
    return released(service, this.get(label));
  }

  /** From now on this is what the service runs, also when the twin comes up again. */
  keep(label: string): void {
    const { [this.#service]: before, ...others } = readReleases(this.#file);
    const release = this.get(label);
    if (label === labelOf(CURRENT) && before === undefined) return;
    const kept = label === labelOf(CURRENT) ? others : { ...others, [this.#service]: release };
    writePrivately(this.#file, JSON.stringify(kept));
  }
}

function readReleases(file: string): Record<string, unknown> {
  const kept = readJson(file);
  return isRecord(kept) ? kept : {};
}
