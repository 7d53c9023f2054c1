import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { leftovers, ProcessJournal } from "../state/journal.ts";
import { type StateDirectory, stateDirectory } from "../state/state-directory.ts";
import { type Launch, Processes, signalGroup } from "./processes.ts";

let root: string;
let state: StateDirectory;
let processes: Processes;
let errors: NodeJS.ErrnoException[];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "plumbline-processes-"));
  state = stateDirectory(root);
  errors = [];
  processes = new Processes(new ProcessJournal(state, (error) => errors.push(error)), state.logs);
});
afterEach(() => rmSync(root, { recursive: true }));

const launch = (script: string, env = {}): Launch => ({
  role: "part",
  command: ["sh", "-c", script],
  cwd: root,
  env,
});
const exited = (child: ChildProcess) => once(child, "exit");

it("journals a process from its start to its end, and keeps its output", async () => {
  const child = processes.start(launch("echo said; echo complained >&2; read forever < /dev/zero"));
  expect(leftovers(state)).toMatchObject([{ pid: child.pid, role: "part" }]);
  await expect.poll(() => readFileSync(processes.logFile("part"), "utf8")).toBe("said\ncomplained\n");
  signalGroup(child, "SIGKILL");
  await exited(child);
  expect(leftovers(state)).toEqual([]);
  expect(JSON.parse(readFileSync(state.journal, "utf8"))).toEqual({ schemaVersion: 1, processes: [] });
});

it("gives a process nothing of our environment that is the user's own", async () => {
  process.env["SECRET_OF_THE_USER"] = "told";
  try {
    await exited(processes.start(launch("env", { PORT: "8000" })));
  } finally {
    delete process.env["SECRET_OF_THE_USER"];
  }
  const said = readFileSync(processes.logFile("part"), "utf8");
  expect(said).toContain("PORT=8000\n");
  expect(said).not.toContain("SECRET_OF_THE_USER");
});

it("says that a program does not exist", async () => {
  const child = processes.start({ ...launch(""), command: ["no-such-program"] });
  const [error] = (await once(child, "error")) as [NodeJS.ErrnoException];
  expect(error.code).toBe("ENOENT");
  expect(leftovers(state)).toEqual([]);
});

it("goes on where the journal cannot be written, says so, and catches up", async () => {
  const first = processes.start(launch("exec sleep 300"));
  rmSync(state.journal);
  // A folder in the journal's place keeps it from being written, as a full disk does.
  mkdirSync(state.journal);
  const second = processes.start(launch("exec sleep 300"));
  signalGroup(second, "SIGKILL");
  await exited(second);
  expect(errors.map(({ code }) => code)).toEqual(["EISDIR", "EISDIR"]);

  rmdirSync(state.journal);
  const third = processes.start(launch("exec sleep 300"));
  expect(leftovers(state).map(({ pid }) => pid)).toEqual([first.pid, third.pid]);
  for (const child of [first, third]) signalGroup(child, "SIGKILL");
  await Promise.all([first, third].map(exited));
  expect(errors).toHaveLength(2);
});
