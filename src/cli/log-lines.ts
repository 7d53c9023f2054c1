import { style } from "./style.ts";

/** pino writes levels as numbers. https://getpino.io/#/docs/api?id=logger-level */
const PINO_LEVELS: Readonly<Record<number, string>> = {
  10: "trace",
  20: "debug",
  30: "info",
  40: "warning",
  50: "error",
  60: "fatal",
};
/** Said once by the picture, and not in every line. */
const LEFT_OUT = new Set(["time", "timestamp", "level", "part", "msg", "message", "pid", "hostname", "v"]);

/**
 * A line of a log for people: one that is a JSON object with a message becomes time, the part that it is about, message
 * and what else it says.
 */
export function renderLine(line: string): string {
  const fields = parse(line);
  const message = fields?.["msg"] ?? fields?.["message"];
  if (!fields || typeof message !== "string") return line;
  const rest = Object.entries(fields)
    .filter(([name]) => !LEFT_OUT.has(name))
    .map(([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`);
  const text = paint(levelOf(fields["level"]), message);
  const part = typeof fields["part"] === "string" ? style.bold(fields["part"]) : "";
  return [style.dim(timeOf(fields["time"] ?? fields["timestamp"])), part, text, style.dim(rest.join(" "))]
    .filter((piece) => piece !== "")
    .join(" ");
}

function parse(line: string): Record<string, unknown> | null {
  if (!line.startsWith("{")) return null;
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return null;
  }
}

function levelOf(level: unknown): string {
  return typeof level === "number" ? (PINO_LEVELS[level] ?? "info") : String(level ?? "info").toLowerCase();
}

function paint(level: string, message: string): string {
  if (level === "error" || level === "fatal") return style.red(message);
  return level.startsWith("warn") ? style.yellow(message) : message;
}

/** The time of day to milliseconds, UTC; nothing where the line has no time that can be read. */
function timeOf(time: unknown): string {
  if (typeof time !== "string" && typeof time !== "number") return "";
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? "" : date.toISOString().slice(11, 23);
}
