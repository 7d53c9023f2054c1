import type { Dated } from "../facts.ts";

/** Until when AWS supports a version; null: no end has been announced. Days are included. */
export interface Lifecycle {
  readonly standardUntil: string | null;
  /** For an extra charge, and without new features. */
  readonly extendedUntil: string | null;
}

/** `ended`: nobody can make one any more, and AWS upgrades those that are left. */
export type Support = "standard" | "extended" | "ended";

export function supportOn({ standardUntil, extendedUntil }: Lifecycle, day: string): Support {
  if (standardUntil === null || day <= standardUntil) return "standard";
  return extendedUntil !== null && day <= extendedUntil ? "extended" : "ended";
}

/** What AWS says about the versions of one engine, oldest first. */
export interface Engine {
  /** `EKS`, `RDS for PostgreSQL`. */
  readonly name: string;
  readonly versions: Dated<Readonly<Record<string, Lifecycle>>>;
  /** US dollars on top, and for what; null where there is no extended support. */
  readonly extendedPrice: Dated<{
    readonly perHour: number;
    readonly of: "cluster" | "vCPU";
    /** From the third year on, where that costs more. */
    readonly lastYear: number;
  }> | null;
}

export function lifecycleOf(engine: Engine, version: string): Lifecycle | null {
  return Object.hasOwn(engine.versions.value, version) ? (engine.versions.value[version] ?? null) : null;
}

/** The newest version in standard support on a day; it is what replaces an older one. */
export function newestOf(engine: Engine, day: string): string | null {
  const supported = Object.entries(engine.versions.value).filter(
    ([, lifecycle]) => supportOn(lifecycle, day) === "standard",
  );
  return supported.at(-1)?.[0] ?? null;
}
