import { readdirSync, readFileSync } from "node:fs";

/** Clock ticks a second in /proc: USER_HZ is 100 wherever Linux runs. */
const TICKS = 100;

/** Processes by what they are, each with those that it has started. */
export type Parts = Readonly<Record<string, readonly number[]>>;

/** Seconds of processor time since each part was started, all of its processes together (Linux, proc(5)). */
export function cpuOf(parts: Parts): Record<string, number> {
  const children = new Map<number, number[]>();
  const spent = new Map<number, { own: number; reaped: number }>();
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const fields = statOf(name);
    if (fields === undefined) continue;
    const [parent, user, system, reapedUser, reapedSystem] = [
      fields[1],
      fields[11],
      fields[12],
      fields[13],
      fields[14],
    ];
    children.set(Number(parent), [...(children.get(Number(parent)) ?? []), Number(name)]);
    spent.set(Number(name), {
      own: (Number(user) + Number(system)) / TICKS,
      reaped: (Number(reapedUser) + Number(reapedSystem)) / TICKS,
    });
  }
  const total = (pid: number): number => {
    const { own, reaped } = spent.get(pid) ?? { own: 0, reaped: 0 };
    return own + reaped + (children.get(pid) ?? []).reduce((sum, child) => sum + total(child), 0);
  };
  return Object.fromEntries(
    Object.entries(parts).map(([part, pids]) => [part, pids.reduce((sum, pid) => sum + total(pid), 0)]),
  );
}

/** Seconds for which processors of this machine were busy, and for which somebody else had taken them. */
export function machineBusy(): { busy: number; stolen: number } {
  const [, user, nice, system, , , interrupts, soft, stolen] = readFileSync("/proc/stat", "latin1")
    .split("\n", 1)[0]!
    .split(/\s+/)
    .map(Number) as [number, number, number, number, number, number, number, number, number];
  return { busy: (user + nice + system + interrupts + soft) / TICKS, stolen: stolen / TICKS };
}

/** The fields of /proc/[pid]/stat from the state on; undefined where the process has ended meanwhile. */
function statOf(pid: string): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "latin1");
    return text.slice(text.lastIndexOf(")") + 2).split(" ");
  } catch {
    return undefined;
  }
}
