import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RotationWorld, rotationFaults } from "../testing/rotation-world.ts";
import { runs, schedules } from "../testing/schedules.ts";
import { simulate } from "../testing/simulation.ts";
import { type RotationState, initialRotation } from "./rotation-state.ts";
import { rotationLoop } from "./rotation.ts";

const DAY = 86_400_000;
const backoff = { baseMs: 200, capMs: 2000, resetAfterMs: 3000 };

function initial(changes: Partial<Parameters<typeof initialRotation>[0]> = {}): RotationState {
  return initialRotation({
    users: ["app", "app_clone"],
    everyMs: null,
    backoff,
    current: { user: "app", version: 1 },
    pending: null,
    previous: null,
    rotatedAt: null,
    now: 0,
    ...changes,
  });
}

/** Does what it is asked, up to a step that fails; lists what was asked. */
function play(start: RotationState, failsAt?: string) {
  const asked: string[] = [];
  let { state, actions } = rotationLoop.step(start, { kind: "rotate" }, 1000);
  for (let [action] = actions; action !== undefined; [action] = actions) {
    const { kind, attempt, credentials } = action;
    asked.push(`${kind} ${credentials.user} ${credentials.version}`);
    const failed = { kind: "failed", attempt, reason: "no" } as const;
    ({ state, actions } = rotationLoop.step(
      state,
      kind === failsAt ? failed : { kind: "done", attempt },
      1000,
    ));
  }
  return { state, asked };
}

describe("a rotation", () => {
  test("takes Secrets Manager's four steps with the other user, restarts the clients, then disables the old one", () => {
    const { state, asked } = play(initial());
    expect(asked).toEqual([
      "create-secret app_clone 2",
      "set-secret app_clone 2",
      "test-secret app_clone 2",
      "finish-secret app_clone 2",
      "restart-clients app_clone 2",
      "disable-old app 1",
    ]);
    expect(state).toMatchObject({
      current: { user: "app_clone", version: 2 },
      pending: null,
      previous: null,
    });
    expect(play(state).state.current).toEqual({ user: "app", version: 3 });
  });

  test.each(["create-secret", "set-secret", "test-secret", "finish-secret"])(
    "that fails at %s leaves what is current, and is not tried again by itself",
    (step) => {
      const { state } = play(initial(), step);
      expect(state).toMatchObject({ current: { user: "app", version: 1 }, previous: null, dueAt: null });
      expect(state.failure).toEqual({ step, reason: "no" });
    },
  );

  test("whose clients cannot be restarted leaves both users, and goes on there", () => {
    const { state } = play(initial(), "restart-clients");
    expect(state).toMatchObject({ current: { user: "app_clone" }, previous: { user: "app" }, dueAt: 1200 });
    expect(play(state).asked).toEqual(["restart-clients app_clone 2", "disable-old app 1"]);
  });

  test("is due after its time, also when the supervisor was away, and sooner where one failed", () => {
    expect(rotationLoop.nextWake(initial({ everyMs: 30 * DAY, rotatedAt: -DAY }))).toBe(29 * DAY);
    const late = initial({ everyMs: DAY, rotatedAt: -3 * DAY });
    expect(rotationLoop.step(late, { kind: "tick" }, 1).actions).toHaveLength(1);
    expect(play(initial({ everyMs: DAY })).state.dueAt).toBe(1000 + DAY);
    expect(play(initial({ everyMs: DAY }), "test-secret").state.dueAt).toBe(1200);
    const unscheduled = rotationLoop.step(
      initial({ everyMs: DAY }),
      { kind: "schedule", everyMs: null },
      5,
    ).state;
    expect(rotationLoop.nextWake(unscheduled)).toBeNull();
  });
});

const disablesEarly: typeof rotationLoop.step = (state, event, now) => {
  const next = rotationLoop.step(state, event, now);
  const [action] = next.actions;
  return action?.kind === "restart-clients"
    ? {
        ...next,
        actions: [{ ...action, kind: "disable-old", credentials: next.state.previous ?? action.credentials }],
      }
    : next;
};

describe("under faults", () => {
  const states = fc
    .record({
      users: fc.constantFrom(["app", "app_clone"], ["app"]),
      everyMs: fc.constantFrom(null, 300, 4000),
    })
    .map(initial);

  test("every client can log in at every moment, and in the end only what is current works", () => {
    const property = fc.property(states, schedules(rotationFaults, 15_000), (start, schedule) => {
      const world = new RotationWorld(start, schedule);
      world.time.after(20_000, () => world.emit({ kind: "schedule", everyMs: null }));
      world.checkOver(simulate(rotationLoop, start, world, 40_000));
    });
    fc.assert(property, runs(500));
  });

  test("the harness finds one that disables the old user before its clients are gone", () => {
    const property = fc.property(states, schedules(rotationFaults, 15_000), (start, schedule) => {
      simulate({ ...rotationLoop, step: disablesEarly }, start, new RotationWorld(start, schedule), 30_000);
    });
    expect(String(fc.check(property, runs(100)).errorInstance)).toMatch(/cannot log in/);
  });
});
