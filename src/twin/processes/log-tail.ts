import { readFileSync } from "node:fs";

/** Enough for the message above a stack trace. */
const LINES_SHOWN = 20;

/** The last lines of a log, indented, for a message. */
export function logTail(file: string): string {
  try {
    const lines = readFileSync(file, "utf8").trimEnd().split("\n").slice(-LINES_SHOWN);
    if (lines.join("") !== "") return lines.map((line) => `  | ${line.slice(0, 400)}`).join("\n");
  } catch {
    // It has not even begun to write.
  }
  return "  | (no output)";
}
