import { InvalidArgumentError, Option } from "commander";
import { parseRate } from "#model/quantities/rate.ts";
import { parseDuration } from "#model/quantities/duration.ts";

export const jsonOption = () => new Option("--json", "print one JSON object as the last line");

/** A TCP port. @throws InvalidArgumentError, which ends in a usage error. */
export function parsePort(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return port;
  throw new InvalidArgumentError("A port is a number from 1 to 65535.");
}

export function parseCount(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 0) return count;
  throw new InvalidArgumentError("A whole number is expected.");
}

/** A span of time, in milliseconds. */
export function parseSpan(text: string): number {
  const span = parseDuration(text);
  if (span !== null) return span;
  throw new InvalidArgumentError("A duration is expected, such as 500ms, 10s or 5m.");
}

/** Requests a second. */
export function parseRequestRate(text: string): number {
  const rate = parseRate(text);
  if (rate !== null && rate > 0) return rate;
  throw new InvalidArgumentError("A rate is expected, like 2000/s or 600/min.");
}

/** Help with an example, as every command has it. */
export function example(...lines: string[]): string {
  return `\nExample:\n${lines.map((line) => `  $ plumbline ${line}`).join("\n")}`;
}
