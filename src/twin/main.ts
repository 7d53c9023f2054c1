// The supervisor process: it is told what to bring up over Node's IPC, tells what happens, and stops when it is asked
// to, by a message, a signal or the control API, or when whoever started it in the foreground is gone.
import type { EventLog } from "./event-log.ts";
import { failureOf } from "./failure.ts";
import type { FromSupervisor, ToSupervisor, UpRequest } from "./supervisor-messages.ts";
import { Supervisor } from "./supervisor.ts";

// Whatever the user's shell says, stores that run as another user get through to their data; what is secret has a mode
// of its own.
process.umask(0o022);

let supervisor: Supervisor | undefined;
let stopping: Promise<void> | undefined;
let detached = false;

function tell(message: FromSupervisor): void {
  if (process.connected) process.send!(message, undefined, undefined, () => {});
}

function watch(events: EventLog): void {
  events.subscribe((event) => tell({ kind: "event", event }));
}

/** Stops once, and ends the process: with 1 where it never got up. */
function stop(failure?: FromSupervisor): void {
  stopping ??= (async () => {
    let message: FromSupervisor = failure ?? { kind: "stopped" };
    try {
      await supervisor?.down();
    } catch (error) {
      message = failed(error);
    }
    tell(message);
    if (process.connected) process.disconnect?.();
    process.exit(failure ? 1 : 0);
  })();
}

async function up(request: UpRequest): Promise<void> {
  supervisor = new Supervisor(request, () => stop());
  try {
    tell({ kind: "ready", status: await supervisor.up(watch) });
  } catch (error) {
    if (!stopping) stop(failed(error));
  }
}

function failed(error: unknown): FromSupervisor {
  return { kind: "failed", ...failureOf(error) };
}

// A bug must not leave anything behind either: its trace goes to the log, and everything is stopped in order.
process.on("uncaughtException", (error) => stop(failed(error)));
process.on("message", (message: ToSupervisor) => {
  switch (message.kind) {
    case "up":
      return void up(message);
    case "detach":
      detached = true;
      return;
    case "stop":
      return stop();
  }
});
process.on("disconnect", () => (detached ? undefined : stop()));
process.on("SIGTERM", () => stop());
process.on("SIGINT", () => stop());
process.on("SIGHUP", () => (detached ? undefined : stop()));
