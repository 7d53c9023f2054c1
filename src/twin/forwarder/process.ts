import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { extname, join } from "node:path";
import { PlumblineError } from "#model/errors.ts";
import type { Answer, Counters, Fault, Request, Route } from "./messages.ts";

/** A zone's forwarder, as the supervisor holds it. */
export interface ForwarderProcess {
  readonly pid: number;
  readonly child: ChildProcess;
  readonly exited: Promise<void>;
  /** Brings the routes to this full set and returns once all of them listen. */
  routes(routes: readonly Route[]): Promise<void>;
  /** Breaks a route, or every one (`"*"`), or heals it with null. */
  fault(route: string, fault: Fault | null): Promise<void>;
  counters(): Promise<Readonly<Record<string, Counters>>>;
  /** Ends it within the time-out. */
  stop(timeoutMs?: number): Promise<void>;
}

// The extension is another one where Plumbline was packed.
const MAIN = join(import.meta.dirname, `main${extname(import.meta.filename)}`);

type Unnumbered = Request extends infer Each ? (Each extends Request ? Omit<Each, "id"> : never) : never;

/** Starts a forwarder process. `start` is for a supervisor that journals its children. */
export function startForwarder(
  start: (main: string) => ChildProcess = (main) => fork(main),
): ForwarderProcess {
  const child = start(MAIN);
  const waiting = new Map<number, PromiseWithResolvers<Answer>>();
  let sent = 0;

  child.on("message", (answer: Answer) => {
    waiting.get(answer.id)?.resolve(answer);
    waiting.delete(answer.id);
  });
  const { promise: exited, resolve } = Promise.withResolvers<void>();
  const gone = (): void => {
    for (const { reject } of waiting.values()) reject(forwarderGone());
    waiting.clear();
    resolve();
  };
  child.once("exit", gone);
  child.once("error", gone);

  async function ask(request: Unnumbered): Promise<Answer> {
    if (!child.connected) throw forwarderGone();
    sent += 1;
    const answered = Promise.withResolvers<Answer>();
    waiting.set(sent, answered);
    child.send({ ...request, id: sent }, (error) => error && answered.reject(forwarderGone()));
    const answer = await answered.promise;
    if (answer.kind === "failed") throw failed(answer);
    return answer;
  }

  return {
    pid: child.pid ?? -1,
    child,
    exited,
    routes: async (routes) => void (await ask({ kind: "routes", routes })),
    fault: async (route, fault) => void (await ask({ kind: "fault", route, fault })),
    counters: async () => {
      const answer = await ask({ kind: "counters" });
      return answer.kind === "counters" ? answer.routes : {};
    },
    stop: async (timeoutMs = 2000) => {
      child.kill("SIGTERM");
      const timer = setTimeout(() => child.kill("SIGKILL"), timeoutMs);
      await exited;
      clearTimeout(timer);
    },
  };
}

function failed({ code, message }: { code: string; message: string }): PlumblineError {
  const remedy =
    code === "PORT_TAKEN"
      ? "Stop the program that listens there (`ss -ltnp` names it), or give the twin other addresses."
      : "Correct the route that the message names.";
  return new PlumblineError(code, message, remedy);
}

function forwarderGone(): PlumblineError {
  return new PlumblineError(
    "FORWARDER_GONE",
    "The zone's forwarder process has ended.",
    "Start it again and send it its routes.",
  );
}
