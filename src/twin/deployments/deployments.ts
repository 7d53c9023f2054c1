import { isUnderWay } from "#control/rollout/deployment-state.ts";
import type { ResolvedArchitecture, ResolvedService } from "#model/architecture.ts";
import { PlumblineError } from "#model/errors.ts";
import type { Parts } from "../parts.ts";
import type { ServiceKeeper } from "../services/service-keeper.ts";
import type { ChangeStatus, DeploymentStatus } from "../status.ts";
import { deploymentPolicy } from "../timing.ts";
import type { TwinContext } from "../twin-context.ts";
import { CURRENT, isKnown, labelOf, type Release, released } from "./release.ts";
import type { DeploymentBody } from "./request.ts";

type Replicated = Exclude<ResolvedService, { kind: "job" }>;

/** Begins deployments, of one service at a time or of several, and refuses what would cross one. */
export class Deployments {
  readonly #context: TwinContext;
  readonly #parts: Parts;
  readonly #change: () => ChangeStatus | null;

  /** @param change the last change that `up` made. */
  constructor(context: TwinContext, parts: Parts, change: () => ChangeStatus | null) {
    this.#context = context;
    this.#parts = parts;
    this.#change = change;
  }

  /**
   * Begins a deployment; the service's status tells how it goes. Null where the service runs just that already.
   * @throws PlumblineError SERVICE_NOT_FOUND, VERSION_UNKNOWN, VERSION_TAKEN, DEPLOYMENT_UNDER_WAY or CHANGE_UNDER_WAY
   */
  begin(name: string, body: DeploymentBody): DeploymentStatus | null {
    const keeper = this.#keeper(name);
    const service = this.#context.architecture.services[name] as Replicated;
    const release = releaseOf(body, keeper.release);
    if (!isKnown(service, release)) throw versionUnknown(name, release.version, service);
    if (isRunning(keeper, release)) return null;
    if (body.definition && isTaken(service, keeper, release)) throw versionTaken(name, release.version);
    this.assertIdle();
    if (this.#change()?.state === "under way") throw changeUnderWay();

    const policy = deploymentPolicy(this.#context.profile, service, this.#context.architecture);
    const onFailure = policy.onFailure === "rollback" && !body.rollback ? "stop" : policy.onFailure;
    keeper.deploy(release, {
      policy: { ...policy, onFailure },
      timeoutMs: body.timeoutMs ?? null,
      jobs: jobsBefore(name, this.#context.architecture),
    });
    return keeper.status().deployment;
  }

  /** @throws PlumblineError DEPLOYMENT_UNDER_WAY where a service is being deployed: one of that name, or any. */
  assertIdle(name?: string): void {
    const busy = this.#parts.services.find(
      (service) => (name === undefined || service.name === name) && isUnderWay(service.deployment),
    );
    if (!busy) return;
    const to = busy.deployment?.to.version;
    throw new PlumblineError(
      "DEPLOYMENT_UNDER_WAY",
      `The service ${busy.name} is being deployed: ${to} in place of ${labelOf(busy.release)}.`,
      "Wait until it is over: `plumbline wait`; `plumbline status` shows how far it is.",
    );
  }

  /** The architecture's services as they run: with what their versions change. */
  get services(): ResolvedArchitecture["services"] {
    const declared = Object.entries(this.#context.architecture.services);
    const running = declared.map(([name, service]) => {
      const release = this.#parts.service(name)?.release;
      return [name, service.kind === "job" || !release ? service : released(service, release)] as const;
    });
    return Object.fromEntries(running);
  }

  #keeper(name: string): ServiceKeeper {
    const keeper = this.#parts.service(name);
    if (keeper && this.#context.architecture.services[name]) return keeper;
    const names = this.#parts.services.map((service) => service.name);
    throw new PlumblineError(
      "SERVICE_NOT_FOUND",
      `There is no service ${name} with replicas.`,
      `There are: ${names.join(", ")}.`,
    );
  }
}

function releaseOf({ version, imageTag, definition }: DeploymentBody, runs: Release): Release {
  const same = version === undefined || version === runs.version;
  return {
    version: version ?? runs.version,
    imageTag: imageTag ?? null,
    definition: definition ?? (same ? runs.definition : null),
  };
}

/** Whether a release is what the service runs, and nothing has failed on the way there. */
function isRunning(keeper: ServiceKeeper, release: Release): boolean {
  const { deployment } = keeper;
  const isHalfDone =
    deployment?.state === "FAILED" && !deployment.rolledBack && deployment.to.generation !== null;
  return !isUnderWay(deployment) && !isHalfDone && JSON.stringify(keeper.release) === JSON.stringify(release);
}

/** A definition of its own is for a new name: what runs by that name must stay what it is. */
function isTaken({ versions }: Replicated, keeper: ServiceKeeper, { version }: Release): boolean {
  return (
    version === CURRENT.version || Object.hasOwn(versions, version) || keeper.release.version === version
  );
}

/** The jobs that run before a service is rolled, in the architecture's order. */
function jobsBefore(name: string, { services }: ResolvedArchitecture): string[] {
  return Object.entries(services).flatMap(([job, service]) =>
    service.kind === "job" && service.before.includes(name) ? [job] : [],
  );
}

function versionUnknown(name: string, version: string, { versions }: Replicated): PlumblineError {
  const names = [CURRENT.version, ...Object.keys(versions)];
  return new PlumblineError(
    "VERSION_UNKNOWN",
    `The service ${name} has no version ${version}.`,
    `There are: ${names.join(", ")}. Another one is added to its \`versions\` in the architecture.`,
  );
}

function versionTaken(name: string, version: string): PlumblineError {
  return new PlumblineError(
    "VERSION_TAKEN",
    `The service ${name} has a version ${version} already.`,
    "Give the new definition a name of its own.",
  );
}

function changeUnderWay(): PlumblineError {
  return new PlumblineError(
    "CHANGE_UNDER_WAY",
    "`up` is changing the twin.",
    "Wait until it is done: `plumbline wait`; then run the command again.",
  );
}
