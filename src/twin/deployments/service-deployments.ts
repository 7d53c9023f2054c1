import { type DeploymentState, isUnderWay } from "#control/rollout/deployment-state.ts";
import type { ServiceState } from "#control/rollout/service.ts";
import type { ResolvedService } from "#model/architecture.ts";
import { logTail } from "../processes/log-tail.ts";
import type { DeploymentStatus, ServiceStatus } from "../status.ts";
import type { TwinContext } from "../twin-context.ts";
import { newsOf } from "./deployment-news.ts";
import { isKnown, labelOf, CURRENT, type Release } from "./release.ts";
import { Releases } from "./releases.ts";

type Replicated = Exclude<ResolvedService, { kind: "job" }>;

/** What a service runs, by name, and how its deployments go, for those who watch. */
export class ServiceDeployments {
  readonly #name: string;
  readonly #context: TwinContext;
  readonly #releases: Releases;
  /** As it was told of last. */
  #told: DeploymentState | null = null;
  /** The end of what the failed replica of a deployment that was given up wrote. */
  #output: string | null = null;
  #kept: string;

  constructor(name: string, service: Replicated, context: TwinContext) {
    this.#name = name;
    this.#context = context;
    this.#releases = new Releases(context.state.releases, name);
    this.#kept = this.#releases.first(service);
  }

  /** What the service runs: what it returns to where a deployment of something else fails. */
  get runs(): Release {
    return this.#releases.get(this.#kept);
  }

  /** @returns its name for the controllers. */
  add(release: Release): string {
    return this.#releases.add(release);
  }

  /** The service as the release of that name runs it. */
  definition(service: Replicated, label: string): Replicated {
    return this.#releases.definition(service, label);
  }

  /** What people read of it: a version's name, or the tag of what runs as declared. */
  nameOf(label: string, service: Replicated): string {
    return this.#releases.get(label).version === CURRENT.version
      ? this.definition(service, label).image.tag
      : label;
  }

  /**
   * What the service is to run after it was declared anew, and whether that needs other replicas: the version may have
   * other contents, or be gone.
   */
  redeclared(before: Replicated, after: Replicated): { readonly label: string; readonly differs: boolean } {
    const label = isKnown(after, this.runs) ? labelOf(this.runs) : labelOf(CURRENT);
    const [old, fresh] = [this.definition(before, this.#kept), this.definition(after, label)];
    const differs = JSON.stringify([old.command, old.env]) !== JSON.stringify([fresh.command, fresh.env]);
    if (label !== this.#kept)
      this.#say("warning", `has no version ${this.runs.version} any more, and runs ${label} from now on`);
    return { label, differs };
  }

  /** Says what is new, and remembers what has proved itself. */
  look({ deployment, good }: ServiceState): void {
    if (good.version !== this.#kept) {
      this.#kept = good.version;
      this.#releases.keep(good.version);
    }
    const before = this.#told;
    this.#told = deployment;
    if (deployment && deployment.id !== before?.id) this.#output = null;
    const isGivenUp = deployment && (!isUnderWay(deployment) || deployment.phase === "rolling back");
    const failed = deployment?.progress.lastFailure;
    if (isGivenUp && deployment.phase !== before?.phase && failed && this.#output === null)
      this.#output = logTail(this.#context.processes.logFile(failed.id));
    const news = newsOf(before, deployment);
    if (news) this.#say(news.level, news.message);
  }

  status(
    deployment: DeploymentState | null,
    service: Replicated,
  ): Pick<ServiceStatus, "version" | "imageTag" | "deployment"> {
    const { version, imageTag } = this.runs;
    return {
      version,
      imageTag: imageTag ?? service.image.tag,
      deployment: deployment && deploymentStatus(deployment, this.#output),
    };
  }

  #say(level: "info" | "warning" | "error", message: string): void {
    this.#context.events.record(level, this.#name, message);
  }
}

function deploymentStatus(deployment: DeploymentState, output: string | null): DeploymentStatus {
  const { id, state, phase, reason, rolledBack, from, to, progress, startedAt, endedAt } = deployment;
  const { lastFailure, ...counts } = progress;
  return {
    id,
    state,
    phase,
    reason,
    rolledBack,
    from: from.version,
    to: to.version,
    ...counts,
    lastFailure: lastFailure && { replica: lastFailure.id, reason: lastFailure.reason, output },
    startedAt: rfc3339(startedAt),
    endedAt: endedAt === null ? null : rfc3339(endedAt),
  };
}

/** Controllers count from the start of the process. */
function rfc3339(instant: number): string {
  return new Date(performance.timeOrigin + instant).toISOString();
}
