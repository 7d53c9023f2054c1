// What may happen to a version of a rule set, and by whom. A change of what decides takes two people: one who writes
// or asks, and another who approves.
import { Problem, type ProblemCode } from "../http/problems.ts";

export const VERSION_STATES = ["draft", "shadow", "live", "retired"] as const;
export type VersionState = (typeof VERSION_STATES)[number];

/** What the transitions look at. */
export interface Version {
  readonly version: number;
  readonly state: VersionState;
  /** Everybody who wrote any of it. */
  readonly editors: readonly string[];
  /** Whether it is or ever was live: it then never changes again. */
  readonly wasLive: boolean;
}

/** A rollback that one person has asked for. Times are milliseconds since 1970. */
export interface RollbackRequest {
  readonly version: number;
  readonly replaces: number;
  readonly by: string;
  readonly at: number;
}

/** Milliseconds in which another person must approve a rollback. */
export const ROLLBACK_LAPSES = 3_600_000;

export function create(version: number, actor: string): Version {
  return { version, state: "draft", editors: [actor], wasLive: false };
}

export function edit(version: Version, actor: string): Version {
  if (version.state === "shadow") refuse("version_state", "runs as a shadow: stop that first");
  if (version.state !== "draft") refuse("version_state", `is ${version.state}: make a new draft`);
  if (version.editors.includes(actor)) return version;
  return { ...version, editors: [...version.editors, actor] };
}

/** A shadow is evaluated beside the live version and decides nothing. */
export function startShadow(version: Version): Version {
  if (version.state === "live") refuse("version_state", "is live");
  return { ...version, state: "shadow" };
}

export function stopShadow(version: Version): Version {
  if (version.state !== "shadow") refuse("version_state", `is ${version.state}, not a shadow`);
  return { ...version, state: version.wasLive ? "retired" : "draft" };
}

/** What the person who makes a version live takes the live one to be; undefined and null where none is. */
interface Replacement {
  readonly actor: string;
  readonly live: number | undefined;
  readonly replaces: number | null;
}

/** Makes live what never was: by nobody who wrote any of it. */
export function publish(version: Version, { actor, live, replaces }: Replacement): Version {
  if (version.state === "live") refuse("version_state", "is live already");
  if (version.wasLive) refuse("version_state", "was live before: roll back to it");
  requireLive(live, replaces);
  if (version.editors.includes(actor)) {
    refuse(
      "second_person_needed",
      `was written by ${version.editors.join(", ")}: somebody else must publish it`,
    );
  }
  return { ...version, state: "live", wasLive: true };
}

/** Makes live again what was, once two people have asked for the same within ROLLBACK_LAPSES. */
export function rollback(
  version: Version,
  {
    actor,
    live,
    replaces,
    pending,
    now,
  }: Replacement & { pending: RollbackRequest | undefined; now: number },
): { request: RollbackRequest; version?: Version } {
  if (version.state === "live") refuse("version_state", "is live already");
  if (!version.wasLive) refuse("version_state", "was never live: publish it");
  requireLive(live, replaces);
  const stands =
    pending !== undefined &&
    pending.version === version.version &&
    pending.replaces === live &&
    now - pending.at <= ROLLBACK_LAPSES;
  if (!stands) return { request: { version: version.version, replaces: live as number, by: actor, at: now } };
  if (pending.by === actor) {
    const until = new Date(pending.at + ROLLBACK_LAPSES).toISOString();
    refuse("second_person_needed", `waits for somebody other than ${actor} to ask for the same by ${until}`);
  }
  return { version: { ...version, state: "live" }, request: pending };
}

function requireLive(live: number | undefined, replaces: number | null): void {
  if (replaces === (live ?? null)) return;
  const now = live === undefined ? "no version is live" : `version ${live} is live`;
  refuse(
    "live_version_changed",
    `should be the live version, and ${now}: compare with that one`,
    "/replaces",
  );
}

function refuse(code: ProblemCode, message: string, pointer = ""): never {
  throw new Problem(code, [{ code, message, pointer }]);
}
