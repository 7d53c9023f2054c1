import { LIMITS } from "../limits.ts";
import { LONGEST_FIELD } from "./fields.ts";

/** A regular expression that is safe to run on any field. */
export interface Pattern {
  readonly test: (text: string) => boolean;
  /** Steps that it takes at most, for the worst text. */
  readonly steps: number;
}

/**
 * Reads a regular expression, or says why it is none that rules have. CEL promises that matching takes time linear in
 * the text; JavaScript's engine goes back and tries again. So a pattern is taken only if the steps of all the ways that
 * it could go through the longest field are few: about one unbounded repetition, or two after a ^.
 */
export function readPattern(
  source: string,
): Pattern | { readonly code: "pattern_invalid" | "pattern_costly"; readonly detail: string } {
  if (source.length > LIMITS.patternLength)
    return { code: "pattern_costly", detail: `it has more than ${LIMITS.patternLength} characters` };
  try {
    const steps = new PatternReader(source).steps();
    if (steps > LIMITS.patternSteps) {
      return {
        code: "pattern_costly",
        detail:
          "it has too many repetitions whose ends it would have to guess; begin it with ^, or bound them",
      };
    }
    // The u flag makes the syntax strict. It is not what runs: with it, V8 14 finds no emoji for [^a-z]$. Without it, a
    // character beyond U+FFFF counts as two, so a pattern may not have one.
    void new RegExp(source, "u");
    const pattern = new RegExp(source);
    return { test: (text) => pattern.test(text), steps };
  } catch (error) {
    return { code: "pattern_invalid", detail: (error as Error).message };
  }
}

/** How much a backtracking engine may do with a part of a pattern: ways through it, and the steps of all of them. */
interface Cost {
  readonly ways: number;
  readonly steps: number;
}

/** Half of a character beyond U+FFFF. */
const BEYOND = /[\ud800-\udfff]/;
const ANCHORS: ReadonlySet<string> = new Set(["^", "$", "\\b"]);

/**
 * Reads the part of RE2's syntax that means the same in JavaScript, and counts what a backtracking engine does at most
 * before it gives up on a text of `LONGEST_FIELD` characters: what follows is tried after each way through what is
 * before it.
 */
class PatternReader {
  readonly #source: string;
  #at = 0;

  constructor(source: string) {
    this.#source = source;
  }

  steps(): number {
    const { steps, anchored } = this.#alternatives();
    if (this.#at < this.#source.length) throw new Error(`there is a ) too many at ${this.#at}`);
    return anchored ? steps : steps * (LONGEST_FIELD + 1);
  }

  #alternatives(): Cost & { readonly anchored: boolean } {
    let [ways, steps, anchored] = [0, 0, true];
    do {
      anchored &&= this.#source[this.#at] === "^";
      const branch = this.#sequence();
      ways += branch.ways;
      steps += branch.steps;
    } while (this.#take("|"));
    return { ways, steps, anchored };
  }

  #sequence(): Cost {
    let [ways, steps] = [1, 1];
    while (this.#at < this.#source.length && !"|)".includes(this.#source[this.#at]!)) {
      const part = this.#repeated();
      steps += ways * part.steps;
      ways *= part.ways;
    }
    return { ways, steps };
  }

  #repeated(): Cost {
    const begin = this.#at;
    const group = this.#atom();
    const atom = this.#source.slice(begin, this.#at);
    const found = /^(?:([*+?])|\{(\d{1,3})(,(\d{0,3}))?\})\??/.exec(this.#source.slice(this.#at));
    if (found === null) return group ?? { ways: 1, steps: 1 };
    if (ANCHORS.has(atom)) throw new Error("an anchor is repeated");
    this.#at += found[0].length;

    const [, sign, least, range, most] = found;
    const from = sign === undefined ? Number(least) : sign === "+" ? 1 : 0;
    const unbounded = sign === "*" || sign === "+" || most === "";
    const to = unbounded ? LONGEST_FIELD : sign === "?" ? 1 : range === undefined ? from : Number(most);
    if (Math.max(from, to) > LONGEST_FIELD)
      throw new Error(`no field has more than ${LONGEST_FIELD} characters`);
    // One character after the other: the end is all there is to guess.
    if (group === undefined) return { ways: to - from + 1, steps: to + 1 };
    // A group repeated without end: (a+)+ is the pattern that hangs.
    if (unbounded) return { ways: Infinity, steps: Infinity };
    let [ways, steps] = [0, 1];
    for (let times = 0; times <= to; times++) {
      if (times >= from) ways += group.ways ** times;
      if (times < to) steps += group.ways ** times * group.steps;
    }
    return { ways, steps };
  }

  /** What a group costs; undefined for what is one character or an anchor. */
  #atom(): Cost | undefined {
    const character = this.#source[this.#at++]!;
    if (BEYOND.test(character)) throw new Error("there is a character beyond U+FFFF");
    if (character === "(") {
      if (this.#source[this.#at] === "?" && !this.#take("?:"))
        throw new Error("a group may only begin with ( or (?:");
      const group = this.#alternatives();
      if (!this.#take(")")) throw new Error("a ) is missing");
      return group;
    }
    if (character === "[") this.#class();
    else if (character === "\\") this.#escape();
    else if ("*+?{}]".includes(character)) throw new Error(`there is nothing to repeat at ${this.#at - 1}`);
    return undefined;
  }

  #class(): void {
    this.#take("^");
    while (this.#at < this.#source.length) {
      const character = this.#source[this.#at++]!;
      if (BEYOND.test(character)) throw new Error("there is a character beyond U+FFFF");
      if (character === "]") return;
      if (character === "\\") this.#escape();
      if (character === "[") throw new Error("a [ within a class must be \\[");
    }
    throw new Error("a ] is missing");
  }

  #escape(): void {
    const character = this.#source[this.#at++] ?? "";
    if (!/^[dDwWsSb^$\\.*+?()[\]{}|/-]$/.test(character))
      throw new Error(`\\${character} is not an escape that rules have`);
  }

  #take(text: string): boolean {
    if (!this.#source.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }
}
