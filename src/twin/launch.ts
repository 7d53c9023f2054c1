import { type ChildProcess, fork } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { PlumblineError } from "#model/errors.ts";
import { makeOpen } from "#stores/account.ts";
import { ownProgram } from "./package-root.ts";
import { stateDirectory } from "./state/state-directory.ts";
import type { TwinEvent, TwinStatus } from "./status.ts";
import type { FromSupervisor, ToSupervisor, UpRequest } from "./supervisor-messages.ts";

/** A supervisor that this process has started. */
export interface Launched {
  /** Resolves when all of the twin is healthy. @throws PlumblineError why it is not. */
  readonly ready: Promise<TwinStatus>;
  /** Resolves when the supervisor has ended, with its exit code. */
  readonly ended: Promise<number>;
  stop(): void;
  /** Lets the twin outlive this process. */
  detach(): void;
}

/** Starts a supervisor as a process of its own, which ends with this one unless it is detached. */
export function launch(request: Omit<UpRequest, "kind">, onEvent: (event: TwinEvent) => void): Launched {
  const supervisor = startProcess(request.stateRoot);
  const send = (message: ToSupervisor) =>
    supervisor.connected ? supervisor.send(message, () => {}) : undefined;
  const ready = Promise.withResolvers<TwinStatus>();
  const ended = Promise.withResolvers<number>();
  // Who only waits for the end must not be told of a rejection that nobody handles.
  ready.promise.catch(() => {});

  supervisor.on("message", (message: FromSupervisor) => {
    if (message.kind === "event") onEvent(message.event);
    if (message.kind === "ready") ready.resolve(message.status);
    if (message.kind === "failed")
      ready.reject(new PlumblineError(message.code, message.message, message.remedy));
  });
  supervisor.once("exit", (code, signal) => {
    const how = signal ?? `code ${code}`;
    const log = join(stateDirectory(request.stateRoot).logs, "supervisor.log");
    ready.reject(
      new PlumblineError(
        "SUPERVISOR_ENDED",
        `The supervisor ended with ${how} before the twin was up.`,
        `See ${log}; \`plumbline down ${request.name}\` ends what it has left.`,
      ),
    );
    ended.resolve(code ?? 1);
  });
  send({ kind: "up", ...request });
  return {
    ready: ready.promise,
    ended: ended.promise,
    stop: () => send({ kind: "stop" }),
    detach: () => {
      send({ kind: "detach" });
      supervisor.disconnect();
      supervisor.unref();
    },
  };
}

function startProcess(stateRoot: string): ChildProcess {
  const { logs } = stateDirectory(stateRoot);
  try {
    // Stores that run as another user must get through to their data, whatever our umask says.
    makeOpen(logs);
    const log = openSync(join(logs, "supervisor.log"), "a", 0o600);
    try {
      return fork(ownProgram("twin/main"), [], {
        stdio: ["ignore", log, log, "ipc"],
        // It makes little garbage at a time and lives long: a small nursery keeps its memory small.
        execArgv: [...process.execArgv, "--max-semi-space-size=1"],
        // A session of its own: a Ctrl-C in the terminal is for the command, which then asks it to stop.
        detached: true,
      });
    } finally {
      closeSync(log);
    }
  } catch (cause) {
    throw new PlumblineError(
      "STATE_UNWRITABLE",
      `The state directory ${stateRoot} cannot be written: ${(cause as Error).message}.`,
      "Free space or permissions there, or choose another folder with PLUMBLINE_STATE.",
      { cause },
    );
  }
}
