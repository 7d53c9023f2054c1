import { type HclValue, isExpression } from "./expression.ts";
import { printAssignments, printValue } from "./print-value.ts";

/** `resource "aws_vpc" "main" { … }`, or a block inside another one. */
export interface Block {
  readonly keyword: string;
  readonly labels: readonly string[];
  /** Sentences above the block that say why it is as it is. */
  readonly comment?: string | undefined;
  readonly body: Body;
  /** Which entries of the body, at any depth, are blocks themselves and not arguments. */
  readonly blocks: ReadonlySet<string>;
}

export type Body = Readonly<Record<string, HclValue | undefined>>;

const INDENT = "  ";
const COMMENT_WIDTH = 100;

/** A block as `terraform fmt` would leave it, arguments first. */
export function printBlock(block: Block): string {
  const labels = block.labels.map((label) => ` "${label}"`).join("");
  const comment = block.comment === undefined ? "" : `${commentLines(block.comment).join("\n")}\n`;
  return `${comment}${printNested(`${block.keyword}${labels}`, block.body, block.blocks, 0)}\n`;
}

function printNested(head: string, body: Body, blocks: ReadonlySet<string>, depth: number): string {
  const lines = printBody(body, blocks, depth + 1);
  const indent = INDENT.repeat(depth);
  return lines.length === 0 ? `${indent}${head} {}` : `${indent}${head} {\n${lines.join("\n")}\n${indent}}`;
}

/** Arguments on one line come first, then longer ones and blocks, each after an empty line. */
function printBody(body: Body, blocks: ReadonlySet<string>, depth: number): string[] {
  const entries = Object.entries(body).filter(([, value]) => value !== undefined) as [string, HclValue][];
  const isNested = ([name, value]: [string, HclValue]) => blocks.has(name) && isBody(value);
  const args = entries.filter((entry) => !isNested(entry));
  const isLong = ([, value]: [string, HclValue]) => printValue(value, depth).includes("\n");
  const paragraphs = [
    printAssignments(
      args.filter((entry) => !isLong(entry)),
      depth,
    ),
    ...args.filter(isLong).map((entry) => printAssignments([entry], depth)),
    ...entries
      .filter(isNested)
      .flatMap(([name, value]) =>
        (Array.isArray(value) ? value : [value]).map((each) => [
          printNested(name, each as Body, blocks, depth),
        ]),
      ),
  ];
  return paragraphs
    .filter((lines) => lines.length > 0)
    .flatMap((lines, at) => (at === 0 ? lines : ["", ...lines]));
}

/** An argument may have the name that is a block elsewhere in the same resource: a block is one or many objects. */
function isBody(value: HclValue): boolean {
  return Array.isArray(value)
    ? value.every((each) => isObject(each) && !Array.isArray(each))
    : isObject(value);
}

/** Wraps sentences into comment lines. */
export function commentLines(comment: string): string[] {
  const lines: string[] = [];
  for (const word of comment.split(/\s+/)) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > COMMENT_WIDTH) lines.push(`# ${word}`);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !isExpression(value);
}
