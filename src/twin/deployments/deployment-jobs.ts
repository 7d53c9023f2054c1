import { runJob } from "../services/jobs.ts";
import type { TwinContext } from "../twin-context.ts";

/** Runs the jobs that a service's deployments ask for. */
export class DeploymentJobs {
  readonly #context: TwinContext;
  readonly #ended = new AbortController();

  constructor(context: TwinContext) {
    this.#context = context;
  }

  /** Runs a job to its end. @returns why it failed; null where it did not, undefined where nobody waits any more. */
  async run(name: string): Promise<string | null | undefined> {
    const job = this.#context.architecture.services[name];
    if (job?.kind !== "job") return `There is no job ${name} any more.`;
    try {
      await runJob(name, job, this.#context, this.#ended.signal);
      return null;
    } catch (error) {
      return this.#ended.signal.aborted ? undefined : (error as Error).message;
    }
  }

  /** Ends what runs. */
  end(): void {
    this.#ended.abort(new Error("The service is stopped."));
  }
}
