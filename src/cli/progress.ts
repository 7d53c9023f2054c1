import type { WriteStream } from "node:tty";
import { styleText } from "node:util";
import type { TwinEvent } from "#twin/status.ts";

const PART_WIDTH = 22;

/** Prints events as they come: seconds since the beginning, the part, and what it did. */
export function progressPrinter(stream: WriteStream | NodeJS.WriteStream): (event: TwinEvent) => void {
  const began = performance.now();
  const paint = (format: Parameters<typeof styleText>[0], text: string) =>
    styleText(format, text, { stream });
  const colours = { info: "reset", warning: "yellow", error: "red" } as const;
  return ({ level, part, message }) => {
    const seconds = ((performance.now() - began) / 1000).toFixed(1).padStart(6);
    stream.write(
      `${paint("dim", `${seconds}s`)}  ${part.padEnd(PART_WIDTH)}${paint(colours[level], message)}\n`,
    );
  };
}
