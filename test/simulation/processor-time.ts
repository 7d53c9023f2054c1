import { readFileSync } from "node:fs";

/** USER_HZ and the size of a page, wherever Linux runs on what we run on. */
const TICKS = 100;
const PAGE = 4096;

/** Milliseconds of processor time of processes since they were started (Linux, proc(5)). */
export function processorMs(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => {
    const text = readFileSync(`/proc/${pid}/stat`, "latin1");
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return sum + ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS;
  }, 0);
}

/** What processes hold in memory on average, in bytes. */
export function memoryOf(pids: readonly number[]): number {
  const pages = pids.map((pid) => Number(readFileSync(`/proc/${pid}/statm`, "latin1").split(" ")[1]));
  return (PAGE * pages.reduce((sum, each) => sum + each, 0)) / pids.length;
}
