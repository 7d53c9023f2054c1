import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Node says the place of a syntax error in the first line of the trace, before the line of the source. */
const HEAD = /^(\S.*):(\d+)$/m;
const FRAME = /\(?(file:\/\/[^\s)]+?):(\d+):\d+\)?$/m;

/** Where in a user's file an error stands: `architecture.ts:12`, with its path; null where that is not known. */
export function placeOf(error: unknown, file: string): string | null {
  if (!(error instanceof Error)) return null;
  const stack = error.stack ?? "";
  if (!(error instanceof SyntaxError)) return placed(FRAME.exec(stack));
  // Of JavaScript, Node tells the place to nobody but the terminal.
  return placed(headOf(stack)) ?? placed(headOf(checked(file)));
}

function headOf(text: string): RegExpExecArray | null {
  return HEAD.exec(text.split("\n", 1)[0] ?? "");
}

function placed(found: RegExpExecArray | null): string | null {
  const [, where, line] = found ?? [];
  if (where === undefined || line === undefined) return null;
  return `${where.startsWith("file:") ? fileURLToPath(where) : where}:${line}`;
}

function checked(file: string): string {
  return spawnSync(process.execPath, ["--check", file], { encoding: "utf8", timeout: 10_000 }).stderr;
}
