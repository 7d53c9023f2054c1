import { FileFault } from "./row.ts";

export interface Line {
  readonly number: number;
  /** Without its end. */
  readonly text: string;
}

/** A transaction with every field at its longest is a tenth of this. */
export const LONGEST_ROW = 64 * 1024;

/** The lines of a text, those of each chunk together, however it is cut. A line ends with LF or CR LF, the last one may do without. */
export async function* readLines(text: AsyncIterable<string>): AsyncGenerator<Line[]> {
  let number = 0;
  let rest = "";
  const line = (content: string): Line => {
    number++;
    if (content.length > LONGEST_ROW)
      throw new FileFault("line_too_long", { line: number, column: LONGEST_ROW });
    return { number, text: content.endsWith("\r") ? content.slice(0, -1) : content };
  };
  for await (const chunk of text) {
    const pieces = (rest + chunk).split("\n");
    rest = pieces.pop() as string;
    if (rest.length > LONGEST_ROW) pieces.push(rest);
    if (pieces.length > 0) yield pieces.map(line);
  }
  if (rest !== "") yield [line(rest)];
}
