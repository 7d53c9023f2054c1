import { countText } from "../figures.ts";
import { code } from "./text.ts";

/** A line of a list or a table, and the name by which it is known where there is no room for it. */
export interface Line {
  readonly name: string;
  readonly text: string;
}

/** What the names of those that are left out may take, with the words around them. */
const NAMES = 900;
const AROUND_NAMES = 100;

/** As many lines as there is room for, then the names of the others, then their number: nothing is left out in silence. */
export function fit(lines: readonly Line[], room: number): string {
  const texts = lines.map(({ text }) => text);
  const whole = texts.join("\n");
  if (whole.length <= room) return whole;
  const kept = howMany(texts, 1, room - NAMES);
  const names = lines.slice(kept).map(({ name }) => code(name));
  const named = howMany(names, 2, NAMES - AROUND_NAMES);
  const unnamed = names.length - named;
  const listed = [...names.slice(0, named), ...(unnamed === 0 ? [] : [countText(unnamed, "other")])].join(
    ", ",
  );
  const another = kept === 0 ? "" : "another ";
  return [
    ...texts.slice(0, kept),
    "",
    `There is no room here for ${another}${names.length}: ${listed}.`,
  ].join("\n");
}

/** How many of the first texts fit, with so many characters between them. */
function howMany(texts: readonly string[], between: number, room: number): number {
  let sum = 0;
  const over = texts.findIndex(({ length }) => (sum += length + between) > room);
  return over === -1 ? texts.length : over;
}
