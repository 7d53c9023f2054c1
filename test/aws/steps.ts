import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { TerraformModule } from "../support/terraform.ts";
import { type Drift, driftOf, type Plan } from "./drift.ts";
import { OVERRIDE_FILE } from "./override-file.ts";
import { completedIn, failedIn, problemsIn } from "./terraform-events.ts";

type Step = "plan" | "apply" | "second plan" | "plan with what is ignored" | "destroy";

/** Terraform does as much at once as the provider's own waits allow: they are most of the time. */
const PARALLELISM = "-parallelism=30";
const FOR_PROGRAMS = ["-json", "-auto-approve", "-input=false", PARALLELISM];
const PLAN = "emulator.plan";

/** What is done with a module, one after the other, and how long each took. */
export class Steps {
  readonly #module: TerraformModule;
  readonly #seconds = new Map<Step, number>();

  constructor(module: TerraformModule) {
    this.#module = module;
  }

  get seconds(): ReadonlyMap<Step, number> {
    return this.#seconds;
  }

  async override(content: string): Promise<void> {
    await writeFile(join(this.#module.folder, OVERRIDE_FILE), content);
  }

  async init(): Promise<void> {
    await this.#module.run("init", "-input=false", "-no-color");
  }

  /** What a plan for these addresses would change. */
  plan(step: Step, targets: readonly string[]): Promise<Drift[]> {
    return this.#timed(step, async () => {
      const plan = ["plan", "-input=false", "-no-color", "-compact-warnings", `-out=${PLAN}`];
      await this.#module.run(...plan, PARALLELISM, ...targeted(targets)).catch(complained);
      return driftOf(JSON.parse(await this.#module.run("show", "-json", PLAN)) as Plan);
    });
  }

  /** Does what was planned last. */
  async apply(): Promise<void> {
    await this.#timed("apply", () => this.#module.run("apply", ...FOR_PROGRAMS, PLAN).catch(explained));
  }

  /** Makes what may fail, and destroys again what did not: the addresses where the emulator refused the one or the other. */
  async refused(targets: readonly string[]): Promise<string[]> {
    const applied = await this.#events("apply", ...targeted(targets));
    const made = completedIn(applied).filter((address) => targets.includes(address));
    if (made.length === 0) return failedIn(applied);
    return [...failedIn(applied), ...failedIn(await this.#events("destroy", ...targeted(made)))];
  }

  async #events(...command: readonly string[]): Promise<string> {
    return this.#module.run(...command, ...FOR_PROGRAMS).catch(printed);
  }

  /** What is left in the state after everything was destroyed. Terraform plans what it is not told to leave out, even then. */
  async destroy(targets: readonly string[]): Promise<string[]> {
    const command = ["destroy", ...FOR_PROGRAMS, ...targeted(targets)];
    await this.#timed("destroy", () => this.#module.run(...command).catch(explained));
    const left = await this.#module.run("state", "list");
    return left.split("\n").filter((address) => address !== "");
  }

  async #timed<T>(step: Step, work: () => Promise<T>): Promise<T> {
    const start = performance.now();
    const result = await work();
    this.#seconds.set(step, (performance.now() - start) / 1_000);
    return result;
  }
}

function targeted(addresses: readonly string[]): string[] {
  return addresses.map((address) => `-target=${address}`);
}

/** What is wrong, without the command and its hundreds of addresses. */
function complained({ stderr }: { readonly stderr: string }): never {
  throw new Error(stderr);
}

/** What was printed before it failed. */
function printed({ stdout }: { readonly stdout: string }): string {
  return stdout;
}

/** What is printed for programs, said for people. */
function explained({ stdout }: { readonly stdout: string }): never {
  throw new Error(problemsIn(stdout).join("\n\n"));
}
