import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { promisify } from "node:util";

/** What one process has used so far. */
export interface ProcessUsage {
  readonly pid: number;
  readonly parent: number;
  /** The process that leads its session; 0 where that is not known. */
  readonly session: number;
  /** Time of processors in milliseconds: its own, and that of its children that have ended. */
  readonly cpuMs: number;
  /** Resident memory in bytes, with what it shares with others. */
  readonly residentBytes: number;
}

export type ProcessTable = ReadonlyMap<number, ProcessUsage>;

/** Linux counts processor time for programs in hundredths of a second, whatever the kernel's own clock is (time(7)). */
const TICK_MS = 10;
/**
 * The processes of this machine that we may see.
 * @param only to look at no others, where that is less work: on Linux each costs a file.
 */
export async function readProcessTable(only?: readonly number[]): Promise<ProcessTable> {
  const rows = process.platform === "linux" ? await readProc(only) : parsePs(await runPs());
  return new Map(rows.map((row) => [row.pid, row]));
}

/** A process and all that it has started, also what has lost its parent since but stayed in its session. */
export function treeOf(table: ProcessTable, root: number): ProcessUsage[] {
  const children = Map.groupBy(table.values(), ({ parent }) => parent);
  const members = new Set<number>([root]);
  for (const { pid, session } of table.values()) if (session === root) members.add(pid);
  // A set is walked with what is added to it meanwhile.
  for (const pid of members) for (const child of children.get(pid) ?? []) members.add(child.pid);
  return [...members].flatMap((pid) => table.get(pid) ?? []);
}

async function readProc(only?: readonly number[]): Promise<ProcessUsage[]> {
  pageBytes ??= await readPageBytes();
  const page = pageBytes;
  const pids = only ?? (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const rows = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/stat`, "latin1").catch(() => "")));
  return rows.flatMap((stat) => parseStat(stat, page) ?? []);
}

let pageBytes: number | undefined;

/** The kernel counts resident memory in pages, whose size is the processor's affair. */
async function readPageBytes(): Promise<number> {
  const kibibytes = /^KernelPageSize:\s+(\d+) kB$/m.exec(await readFile("/proc/self/smaps", "latin1"))?.[1];
  return Number(kibibytes ?? 4) * 1024;
}

/** A line of /proc/PID/stat; fields are counted behind the command's closing parenthesis (proc_pid_stat(5)). */
export function parseStat(stat: string, page: number): ProcessUsage | null {
  const pid = Number.parseInt(stat, 10);
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [state, parent, , session] = fields;
  if (Number.isNaN(pid) || state === undefined || state === "Z" || state === "X") return null;
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  return {
    pid,
    parent: Number(parent),
    session: Number(session),
    cpuMs: ticks * TICK_MS,
    residentBytes: Number(fields[21]) * page,
  };
}

async function runPs(): Promise<string> {
  const columns = ["pid", "ppid", "state", "time", "rss"].map((name) => `${name}=`).join(",");
  return (await promisify(execFile)("ps", ["-A", "-o", columns])).stdout;
}

/** What `ps -A -o pid=,ppid=,state=,time=,rss=` prints, on macOS and BSD; memory is in KiB. */
export function parsePs(output: string): ProcessUsage[] {
  return output.split("\n").flatMap((line) => {
    const [pid, parent, state, time, rss] = line.trim().split(/\s+/);
    if (time === undefined || rss === undefined || state?.startsWith("Z")) return [];
    const usage = { cpuMs: parseTime(time), residentBytes: Number(rss) * 1024 };
    return [{ pid: Number(pid), parent: Number(parent), session: 0, ...usage }];
  });
}

/** `12:34.56`, `1:02:03`, `2-01:02:03`: days, hours, minutes, seconds. */
function parseTime(text: string): number {
  const [clock = "", days = "0"] = text.split("-").toReversed();
  const seconds = clock.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
  return Math.round((Number(days) * 86_400 + seconds) * 1000);
}
