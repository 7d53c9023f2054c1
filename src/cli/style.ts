import { styleText } from "node:util";

type Format = Parameters<typeof styleText>[0];

/** Colours text for people: only where that stream is a terminal, and never where NO_COLOR is set (https://no-color.org). */
function stylesOf(stream: NodeJS.WriteStream) {
  const painter = (format: Format) => (text: string) =>
    styleText(format, text, { stream, validateStream: true });
  return {
    bold: painter("bold"),
    dim: painter("dim"),
    red: painter("red"),
    green: painter("green"),
    yellow: painter("yellow"),
    cyan: painter("cyan"),
  };
}

/** For what is printed as a command's answer. */
export const style = stylesOf(process.stdout);
/** For what is said beside it: progress and failures. */
export const besideStyle = stylesOf(process.stderr);

/** A state in the colour that says at a glance whether it is well. */
export function paintState(state: string): string {
  if (["healthy", "running", "primary", "in sync", "following"].includes(state)) return style.green(state);
  if (["unhealthy", "down", "blank", "fencing"].includes(state)) return style.red(state);
  return style.yellow(state);
}
