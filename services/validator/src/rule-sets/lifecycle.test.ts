import fc from "fast-check";
import { expect, test } from "vitest";

import { Problem } from "../http/problems.ts";
import * as lifecycle from "./lifecycle.ts";

const actor = fc.constantFrom("alice", "bob", "carol");
const version = fc.integer({ min: 1, max: 6 });
const command = fc.oneof(
  fc.record({ kind: fc.constant("create" as const), actor }),
  fc.record({
    kind: fc.constantFrom("edit" as const, "shadow" as const, "unshadow" as const),
    actor,
    version,
  }),
  fc.record({
    kind: fc.constantFrom("publish" as const, "rollback" as const),
    actor,
    version,
    isUpToDate: fc.boolean(),
    minutes: fc.integer({ min: 0, max: 40 }),
  }),
);
type Command = typeof command extends fc.Arbitrary<infer C> ? C : never;
type Going = Extract<Command, { kind: "publish" | "rollback" }>;

/** All versions of a rule set, as the repository keeps them, and what the lifecycle let people do wrong. */
class World {
  readonly versions = new Map<number, lifecycle.Version>();
  readonly wrong: string[] = [];
  #request: lifecycle.RollbackRequest | undefined;
  /** Who wrote what of each version, oldest first; and how much that was when it became live. */
  readonly #writers = new Map<number, string[]>();
  readonly #whenLive = new Map<number, number>();
  #now = 0;

  get live(): lifecycle.Version[] {
    return [...this.versions.values()].filter(({ state }) => state === "live");
  }

  /** Does it as the lifecycle allows, or throws its Problem. */
  do(command: Command): void {
    if (command.kind === "create") {
      const made = lifecycle.create(this.versions.size + 1, command.actor);
      this.versions.set(made.version, made);
      this.#writers.set(made.version, [command.actor]);
      return;
    }
    const before = this.versions.get(command.version);
    if (before === undefined) return;
    if ("minutes" in command) this.#go(before, command);
    else if (command.kind === "shadow") this.versions.set(before.version, lifecycle.startShadow(before));
    else if (command.kind === "unshadow") this.versions.set(before.version, lifecycle.stopShadow(before));
    else {
      this.versions.set(before.version, lifecycle.edit(before, command.actor));
      this.#writers.get(before.version)?.push(command.actor);
    }
  }

  #go(before: lifecycle.Version, { kind, actor, isUpToDate, minutes }: Going): void {
    this.#now += minutes * 60_000;
    const live = this.live[0]?.version;
    const replaces = isUpToDate ? (live ?? null) : 99;
    if (kind === "publish") {
      const next = lifecycle.publish(before, { actor, live, replaces });
      if (this.#writers.get(before.version)?.includes(actor)) this.wrong.push(`${actor} published their own`);
      this.#activate(next);
      return;
    }
    const pending = this.#request?.version === before.version ? this.#request : undefined;
    const { version, request } = lifecycle.rollback(before, {
      actor,
      live,
      replaces,
      pending,
      now: this.#now,
    });
    this.#request = request;
    if (version === undefined) return;
    if (request.by === actor) this.wrong.push(`${actor} rolled back alone`);
    if (this.#now - request.at > lifecycle.ROLLBACK_LAPSES) this.wrong.push("a lapsed request was approved");
    if (request.replaces !== live) this.wrong.push("they had agreed on replacing another version");
    this.#activate(version);
  }

  #activate(next: lifecycle.Version): void {
    for (const live of this.live) this.versions.set(live.version, { ...live, state: "retired" });
    this.versions.set(next.version, next);
    this.#request = undefined;
  }

  /** What must hold whatever has happened. */
  check(): readonly string[] {
    if (this.live.length > 1) this.wrong.push("two versions are live");
    if (this.#whenLive.size > 0 && this.live.length === 0) this.wrong.push("none is live any more");
    for (const { version, state, wasLive, editors } of this.versions.values()) {
      const writers = this.#writers.get(version) ?? [];
      if (new Set(writers).symmetricDifference(new Set(editors)).size > 0)
        this.wrong.push("an editor is forgotten");
      if (wasLive !== (this.#whenLive.has(version) || state === "live")) this.wrong.push("wasLive is wrong");
      if (wasLive && state === "draft") this.wrong.push("what was live is a draft");
      if (!wasLive && state === "retired") this.wrong.push("what never was live is retired");
      if (!wasLive) continue;
      if (!this.#whenLive.has(version)) this.#whenLive.set(version, writers.length);
      if (this.#whenLive.get(version) !== writers.length) this.wrong.push("what was live was edited");
    }
    return this.wrong;
  }
}

test("whatever people do: one version is live, two people made it so, and what ran never changes", () => {
  let activations = 0;
  fc.assert(
    fc.property(fc.array(command, { minLength: 20, maxLength: 80 }), (commands) => {
      const world = new World();
      for (const command of commands) {
        const before = JSON.stringify([...world.versions]);
        let refused: unknown;
        try {
          world.do(command);
        } catch (error) {
          refused = error;
        }
        expect(refused === undefined || refused instanceof Problem).toBe(true);
        expect(refused === undefined || before === JSON.stringify([...world.versions])).toBe(true);
        expect(world.check()).toEqual([]);
      }
      activations += world.live.length;
    }),
    { numRuns: 200 },
  );
  expect(activations, "the commands get somewhere").toBeGreaterThan(50);
});

test("says what a rollback still needs, and lets it lapse", () => {
  const version = { version: 3, state: "retired", editors: ["alice"], wasLive: true } as const;
  const by = (actor: string, pending?: lifecycle.RollbackRequest, now = 0) =>
    lifecycle.rollback(version, { actor, live: 4, replaces: 4, pending, now });
  const { request } = by("alice");
  expect(by("bob", request)).toMatchObject({ version: { state: "live" } });
  expect(() => by("alice", request)).toThrow(
    expect.objectContaining({
      code: "second_person_needed",
      reasons: [
        expect.objectContaining({
          message: "waits for somebody other than alice to ask for the same by 1970-01-01T01:00:00.000Z",
        }),
      ],
    }),
  );
  const late = lifecycle.ROLLBACK_LAPSES + 1;
  expect(by("bob", request, late), "a new request").toEqual({ request: { ...request, by: "bob", at: late } });
});
