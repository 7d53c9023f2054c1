import { chmodSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { tmpdir } from "node:os";
import { leftovers } from "#twin/state/journal.ts";
import { signal } from "#twin/state/process-identity.ts";
import { type StateDirectory, stateDirectory, twinsIn } from "#twin/state/state-directory.ts";
import { runningRecord } from "#twin/state/supervisor-record.ts";
import type { TwinStatus } from "#twin/status.ts";
import { lastLine, type Outcome, type Running, startPlumbline } from "./command-line.ts";
import { eventually } from "./eventually.ts";
import { processesOf, type Seen } from "./processes.ts";
import { trust } from "./trust.ts";

/** What a command that failed prints last, when it is asked for JSON. */
export interface Failure {
  readonly schemaVersion: number;
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly remedy: string;
    readonly problems?: readonly { readonly path: string }[];
  };
}

/** A folder in which somebody uses Plumbline, with the state of its twins. Everything in it ends with the test. */
export class Project {
  readonly folder: string;
  /** Where its twins' state is. */
  readonly twins: string;
  readonly #env: Record<string, string>;
  readonly #commands = new Set<Running>();

  constructor({ folder = openFolder(), twins = join(folder, ".plumbline"), env = {} } = {}) {
    this.folder = folder;
    this.twins = twins;
    // The only variable that every process of a twin gets from us is PATH: the mark in it makes them findable.
    this.#env = {
      PATH: [process.env["PATH"], join(folder, "mark")].join(delimiter),
      PLUMBLINE_AUTHORITY: join(folder, "authority"),
      ...env,
    };
  }

  /** Starts a command and returns at once. */
  start(args: readonly string[], env: Readonly<Record<string, string>> = {}): Running {
    const running = startPlumbline(args, { cwd: this.folder, env: { ...this.#env, ...env } });
    this.#commands.add(running);
    const forget = () => void this.#commands.delete(running);
    running.ended.then(forget, forget);
    return running;
  }

  /** Runs a command to its end. */
  run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Outcome> {
    return this.start(args, env).ended;
  }

  /** Runs a command that must succeed, and returns the object that it prints. */
  async json<T>(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<T> {
    const outcome = await this.run([...args, "--json"], env);
    if (outcome.code !== 0)
      throw new Error(`plumbline ${args.join(" ")} failed: ${outcome.stdout}${outcome.stderr}`);
    return lastLine<T>(outcome);
  }

  /** Runs a command that must fail with this code, and returns what it says. */
  async failure(
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): Promise<Failure["error"] & { code: string; exit: number | null }> {
    const outcome = await this.run([...args, "--json"], env);
    if (outcome.code === 0) throw new Error(`plumbline ${args.join(" ")} did not fail: ${outcome.stdout}`);
    return { ...lastLine<Failure>(outcome).error, exit: outcome.code };
  }

  /** Runs `up --detach`; its https URLs can be fetched from then on. */
  async up(...args: string[]): Promise<TwinStatus> {
    const status = await this.json<TwinStatus>(["up", ...args, "--detach"]);
    trust(status);
    return status;
  }

  status(name: string): Promise<TwinStatus> {
    return this.json<TwinStatus>(["status", name]);
  }

  state(name: string): StateDirectory {
    return stateDirectory(join(this.twins, name));
  }

  write(file: string, text: string): string {
    const path = join(this.folder, file);
    writeFileSync(path, text);
    return path;
  }

  read(file: string): string {
    return readFileSync(join(this.folder, file), "utf8");
  }

  /** Everything that runs because of this project, journalled or not. */
  processes(): Seen[] {
    return processesOf([this.folder, this.twins]);
  }

  /** Returns when nothing that this project has started runs any more. */
  async empty(withinMs = 5_000): Promise<void> {
    await eventually("no process is left", () => this.processes().length === 0, withinMs).catch((error) => {
      const left = this.processes().map(({ pid, state, command }) => `${pid} ${state} ${command}`);
      throw new Error(`These processes are left:\n${left.join("\n")}`, { cause: error });
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { child } of this.#commands) child.kill("SIGKILL");
    await Promise.allSettled([...this.#commands].map(({ ended }) => ended));
    for (const name of twinsIn(this.twins)) {
      const state = this.state(name);
      const supervisor = runningRecord(state)?.process;
      if (supervisor) signal(supervisor, "SIGKILL");
      for (const process of leftovers(state)) signal(process, "SIGKILL");
    }
    // What a failed test has brought about and nobody wrote down; the folder's name is this test's alone.
    for (const { pid } of this.processes()) endQuietly(pid);
    await this.empty();
    await rm(this.folder, { recursive: true, force: true });
    await rm(this.twins, { recursive: true, force: true });
  }
}

/** A folder that the user who runs the databases can pass through. */
export function openFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "plumbline-e2e-"));
  chmodSync(folder, 0o755);
  mkdirSync(join(folder, "mark"));
  return folder;
}

function endQuietly(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended meanwhile.
  }
}
