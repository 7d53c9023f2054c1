import type { ControlLoop } from "#control/controller.ts";
import { isUnderWay } from "#control/rollout/deployment-state.ts";
import {
  type Credentials,
  type RotationAction,
  type RotationEvent,
  type RotationState,
  initialRotation,
} from "#control/rotation/rotation-state.ts";
import type { RandomStream } from "../kernel/random.ts";
import { SUPERVISOR } from "./network.ts";
import type { Service } from "./service.ts";
import type { StoreData } from "./store-data.ts";
import { SupervisedLoop } from "./supervised-loop.ts";
import type { Surroundings } from "./surroundings.ts";
import { must } from "./violation.ts";

export type RotationLoop = ControlLoop<RotationState, RotationEvent, RotationAction>;

const FIRST: Credentials = { user: "app-a", version: 1 };
const BACKOFF = { baseMs: 500, capMs: 2000, resetAfterMs: 5000 } as const;
/** How long a restart of all replicas may take before the step fails and is tried again. */
const RESTART_MS = 8000;
const LOOK_PERIOD_MS = 200;

/** Rotates the credentials that the service's replicas have for the database. Who starts gets those that are current. */
export class Rotation {
  readonly #loop: SupervisedLoop<RotationState, RotationEvent, RotationAction>;
  readonly #around: Surroundings;
  readonly #random: RandomStream;
  readonly #service: Service;
  readonly #database: StoreData;
  /** The password of each user that the database lets in, by its number. */
  readonly #passwords = new Map<string, number>([[FIRST.user, FIRST.version]]);
  /** What each replica was started with. */
  readonly #used = new Map<string, Credentials>();

  constructor(around: Surroundings, loop: RotationLoop, service: Service, database: StoreData) {
    this.#around = around;
    this.#random = around.stream("rotation");
    this.#service = service;
    this.#database = database;
    const users = [FIRST.user, "app-b"];
    const now = around.supervisor.now;
    const none = { pending: null, previous: null, rotatedAt: null, everyMs: null } as const;
    this.#loop = new SupervisedLoop(around.supervisor, loop, {
      name: "rotation",
      initial: initialRotation({ ...none, users, backoff: BACKOFF, current: FIRST, now }),
      perform: (action) => this.#perform(action),
      lookAround: ({ step, attempt }, tell) => {
        if (step !== null) tell({ kind: "failed", attempt, reason: "nobody knows how it ended" });
      },
    });
  }

  rotate(): void {
    this.#around.supervisor.tell(() => this.#loop.feed({ kind: "rotate" }));
  }

  started(id: string): void {
    this.#used.set(id, this.#loop.state.current);
  }

  exited(id: string): void {
    this.#used.delete(id);
  }

  /** What is not as it should be in the end; null when no rotation is under way. */
  complaint(): string | null {
    const { step, previous } = this.#loop.state;
    return step === null && previous === null ? null : `a rotation of credentials is at ${step}`;
  }

  #perform(action: RotationAction): void {
    const { kind, attempt, credentials } = action;
    if (kind === "restart-clients") return this.#restartClients(attempt);
    const { kernel, network, schedule } = this.#around;
    kernel.after(this.#random.between(5, 200), () => {
      const primary = this.#database.primary();
      const isReached = primary?.process === "running" && network.reaches(SUPERVISOR, primary.zone);
      const needsDatabase = kind === "set-secret" || kind === "test-secret" || kind === "disable-old";
      if (needsDatabase && (!isReached || this.#random.chance(schedule.lostCommands)))
        return this.#say({ kind: "failed", attempt, reason: "the database does not answer" });
      if (kind === "set-secret") this.#passwords.set(credentials.user, credentials.version);
      if (kind === "test-secret")
        must(
          this.#isValid(credentials),
          "credentials",
          () => `${credentials.user} is tested and not let in.`,
        );
      if (kind === "disable-old") this.#passwords.delete(credentials.user);
      this.#checkUsed();
      this.#say({ kind: "done", attempt });
    });
  }

  /** A rolling restart: done when nobody is left who uses other credentials than the current ones. */
  #restartClients(attempt: number): void {
    const { state } = this.#service.loop;
    if (isUnderWay(state.deployment))
      return this.#say({ kind: "failed", attempt, reason: "a deployment is under way" });
    const { kernel, supervisor } = this.#around;
    const { life } = supervisor;
    const until = kernel.now + RESTART_MS;
    if (!state.replicas.stopped) this.#service.roll(state.replicas.version);
    const look = (): void => {
      if (supervisor.life !== life) return;
      const { current } = this.#loop.state;
      const isOver = [...this.#used.values()].every(({ version }) => version === current.version);
      if (isOver) this.#loop.feed({ kind: "done", attempt });
      else if (kernel.now >= until)
        this.#loop.feed({ kind: "failed", attempt, reason: "old replicas are left" });
      else kernel.after(LOOK_PERIOD_MS, look);
    };
    kernel.after(LOOK_PERIOD_MS, look);
  }

  #say(event: RotationEvent): void {
    const { kernel, supervisor } = this.#around;
    const { life } = supervisor;
    kernel.after(1, () => {
      if (supervisor.life === life) this.#loop.feed(event);
    });
  }

  #isValid({ user, version }: Credentials): boolean {
    return this.#passwords.get(user) === version;
  }

  /** No replica is locked out while it may have requests. */
  #checkUsed(): void {
    for (const [id, credentials] of this.#used)
      must(
        this.#isValid(credentials),
        "credentials",
        () => `${id} uses ${credentials.user}, version ${credentials.version}, which is disabled.`,
      );
  }
}
