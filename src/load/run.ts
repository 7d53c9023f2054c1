import { type ChildProcess, fork } from "node:child_process";
import { extname, join } from "node:path";
import { PlumblineError } from "#model/errors.ts";
import type { Load, LoadResult, Second } from "./generator.ts";
import type { FromGenerator, ToGenerator } from "./messages.ts";
import type { RequestTemplate } from "./request.ts";

export interface LoadRun {
  /** @throws PlumblineError LOAD_TARGET_UNREACHABLE, LOAD_GENERATOR_ENDED */
  readonly result: Promise<LoadResult>;
  /** Ends it early; the result says what there was. */
  stop(): void;
}

const PROGRAM = join(import.meta.dirname, `main${extname(import.meta.filename)}`);

/** Sends load from a process of its own, so that nothing else that is done here makes it late. */
export function runLoad(
  load: Load,
  request: RequestTemplate,
  onSecond: (second: Second) => void = () => {},
): LoadRun {
  const child = fork(PROGRAM, [], { serialization: "advanced" });
  const send = (message: ToGenerator) => (child.connected ? child.send(message, () => {}) : undefined);
  // The time makes the run's numbers its own, and so do some random digits where two begin at once.
  const run = `${Date.now()}${String(Math.floor(Math.random() * 1000)).padStart(3, "0")}`;
  send({ kind: "run", load, request, run });
  return { result: resultOf(child, request, onSecond), stop: () => send({ kind: "stop" }) };
}

function resultOf(
  child: ChildProcess,
  { host }: RequestTemplate,
  onSecond: (second: Second) => void,
): Promise<LoadResult> {
  return new Promise((resolve, reject) => {
    child.on("message", (message: FromGenerator) => {
      if (message.kind === "second") onSecond(message.second);
      if (message.kind === "result") resolve(message.result);
      if (message.kind === "failed") reject(unreachable(host, message.message));
    });
    child.once("error", reject);
    child.once("exit", (code, signal) => reject(ended(signal ?? `code ${code}`)));
  });
}

function unreachable(host: string, why: string): PlumblineError {
  return new PlumblineError(
    "LOAD_TARGET_UNREACHABLE",
    `No load was sent: connections to ${host} could not be opened: ${why}.`,
    "Start what listens there, with `plumbline up` if it is a twin; fewer --connections are enough for a low rate.",
  );
}

function ended(how: string): PlumblineError {
  return new PlumblineError(
    "LOAD_GENERATOR_ENDED",
    `The process that sent the load ended with ${how} before it had told what it saw.`,
    "Run the command again; a lower --rate needs less memory.",
  );
}
