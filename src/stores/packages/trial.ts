import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { connect, createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { asAccount } from "../account.ts";
import type { Account } from "../account.ts";
import { until } from "../wait.ts";

const HOST = "127.0.0.1";
const ANSWERS_WITHIN_MS = 15_000;
const STOPS_WITHIN_MS = 10_000;

/** A server that is started to see whether it works. */
export interface Trial {
  readonly program: string;
  readonly args: (host: string, port: number) => readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly account: Account | undefined;
  /** What to send; nothing where the server speaks first. */
  readonly question: string;
  /** Whether this, as it has come in so far, is the answer of the server with this process id. */
  readonly isAnswer: (reply: string, pid: number) => boolean;
  readonly signal: AbortSignal;
}

/**
 * Starts a server on a free loopback port, waits for its answer and stops it.
 * @returns what is wrong with it, or undefined
 */
export async function tryOut(trial: Trial): Promise<string | undefined> {
  const { program, args, env, account, signal } = trial;
  signal.throwIfAborted();
  const port = await freePort();
  const child = spawn(program, args(HOST, port), {
    ...asAccount(account),
    cwd: "/",
    env: { PATH: process.env["PATH"] ?? "", LC_ALL: "C", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => void (output = (output + text).slice(-4000)));
  }
  let ended = false;
  const exited = new Promise<void>((resolve) => {
    child.once("close", () => resolve());
    child.once("error", (error) => {
      output += error.message;
      resolve();
    });
  }).then(() => void (ended = true));

  const seen = await until(
    async () => {
      if (ended) return "ended";
      if (signal.aborted) return "interrupted";
      return (await answers(port, child, trial)) ? "answered" : undefined;
    },
    { timeoutMs: ANSWERS_WITHIN_MS, everyMs: 20 },
  );
  const stopped = await stop(child, exited);
  signal.throwIfAborted();
  if (seen === "ended") return `it ends right after its start: ${output.trim()}`;
  if (seen === undefined) return `it does not answer within ${ANSWERS_WITHIN_MS / 1000} s: ${output.trim()}`;
  return stopped ? undefined : `it does not stop within ${STOPS_WITHIN_MS / 1000} s`;
}

async function stop(child: ChildProcess, exited: Promise<void>): Promise<boolean> {
  let killed = false;
  child.kill("SIGTERM");
  const timer = setTimeout(() => {
    killed = true;
    child.kill("SIGKILL");
  }, STOPS_WITHIN_MS);
  await exited;
  clearTimeout(timer);
  return !killed;
}

/** One connection: no answer is the normal thing while the server starts. */
function answers(port: number, { pid = -1 }: ChildProcess, { question, isAnswer }: Trial): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: HOST, port, timeout: 2000 });
    let reply = "";
    const end = (answered: boolean) => {
      socket.destroy();
      resolve(answered);
    };
    // As bytes: MariaDB's greeting is binary, with the version in the middle.
    socket.setEncoding("latin1").on("data", (text: string) => {
      reply += text;
      if (isAnswer(reply, pid)) end(true);
    });
    socket.once("connect", () => void (question && socket.write(question)));
    for (const event of ["error", "timeout", "end"]) socket.once(event, () => end(false));
  });
}

async function freePort(): Promise<number> {
  const listener = createServer();
  await new Promise<void>((resolve) => void listener.listen(0, HOST, resolve));
  const { port } = listener.address() as AddressInfo;
  await new Promise((resolve) => void listener.close(resolve));
  return port;
}
