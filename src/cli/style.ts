import { styleText } from "node:util";

type Format = Parameters<typeof styleText>[0];

/** Colours text for people: only on a terminal, and never where NO_COLOR is set (https://no-color.org). */
function painter(format: Format): (text: string) => string {
  return (text) => styleText(format, text, { stream: process.stdout, validateStream: true });
}

export const style = {
  bold: painter("bold"),
  dim: painter("dim"),
  red: painter("red"),
  green: painter("green"),
  yellow: painter("yellow"),
  cyan: painter("cyan"),
};

/** A state in the colour that says at a glance whether it is well. */
export function paintState(state: string): string {
  if (["healthy", "running", "primary", "in sync"].includes(state)) return style.green(state);
  if (["unhealthy", "down", "blank", "fencing"].includes(state)) return style.red(state);
  return style.yellow(state);
}
