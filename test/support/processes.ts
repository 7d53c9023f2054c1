import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** A process as /proc shows it. */
export interface Seen {
  readonly pid: number;
  readonly command: string;
  /** `S`, `R`, `T` (stopped) ... as in proc(5). */
  readonly state: string;
}

/**
 * Every process that a project has brought about, whoever started it: its folder stands in its PATH, where the tests put
 * a mark, or is where it works, or is among its arguments. Zombies have ended.
 */
export function processesOf(folders: readonly string[]): Seen[] {
  const about = (text: string) => folders.some((folder) => text.includes(folder));
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .map((pid) => ({
      pid: Number(pid),
      command: read(pid, "cmdline").replaceAll("\0", " ").trim(),
      state: /\) (\S)/.exec(read(pid, "stat"))?.[1] ?? "X",
      where: `${read(pid, "cmdline")}\0${read(pid, "environ")}\0${cwdOf(pid)}`,
    }))
    .filter(({ state, where }) => state !== "Z" && state !== "X" && about(where))
    .map(({ pid, command, state }) => ({ pid, command, state }));
}

export function environmentOf(pid: number): Record<string, string> {
  const entries = read(String(pid), "environ").split("\0");
  return Object.fromEntries(entries.map((entry) => entry.split(/=(.*)/s).slice(0, 2)));
}

/** A process may end between two looks, and others' processes are closed to us. */
function read(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
}

function cwdOf(pid: string): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return "";
  }
}
