import { homedir } from "node:os";
import { describe, expect, test } from "vitest";
import { files, isNode, nameOf, parse, root, walk } from "./repository.ts";

describe("files", () => {
  const MOST_LINES = 300;

  test("of src have at most 300 lines", () => {
    const sizes = files("src/**/*.ts").map(
      ({ path, text }) => [path, text.trimEnd().split("\n").length] as const,
    );
    const byHand = sizes.filter(([path]) => !path.includes("/generated/"));
    const tooLong = byHand.filter(([, lines]) => lines > MOST_LINES);
    expect(tooLong).toEqual([]);
  });

  test("name no folder of the machine that they were written on", () => {
    const folders = [root, homedir()].filter((folder) => folder.split("/").length > 2);
    const text = files("**/*").filter(({ path }) => !/\.(png|gz|tgz)$/.test(path));
    const found = text.filter((file) => folders.some((folder) => file.text.includes(folder)));
    expect(found.map(({ path }) => path)).toEqual([]);
  });

  test("of npm name no registry", () => {
    const named = files("package-lock.json", "**/package.json", ".npmrc").flatMap(
      ({ text }) => text.match(/"resolved": "https?:\/\/[^/"]+|^registry\s*=.*/gm) ?? [],
    );
    expect(named).toEqual([]);
  });
});

describe("tests", () => {
  /** Where pausing is the point: looking again and again for what has no event. */
  const POLLING = /^(until|poll|eventually)/;

  test("wait for what they expect, and never for a time", () => {
    const sleeps = files("src/**/*.test.ts", "services/**/*.test.ts", "test/**/*.test.ts").flatMap((file) =>
      [...walk(parse(file))].filter(isSleep).map(({ start }) => ({ file, start })),
    );
    const outside = sleeps.filter(({ file, start }) => !POLLING.test(functionAround(file, start)));
    expect(outside.map(({ file, start }) => `${file.path}:${lineOf(file.text, start)}`)).toEqual([]);
  });
});

/** `await delay(…)` and `await setTimeout(…)`: a pause by its name. A time-out beside what is waited for is none. */
function isSleep(node: ReturnType<typeof parse>): boolean {
  const call = node["argument"];
  if (node.type !== "AwaitExpression" || !isNode(call) || call.type !== "CallExpression") return false;
  return /^(delay|sleep|pause|setTimeout)$/.test(nameOf(call["callee"]) ?? "");
}

/** The name of the innermost function that is declared around a position. */
function functionAround(file: Parameters<typeof parse>[0], position: number): string {
  const around = [...walk(parse(file))].filter(
    ({ type, start, end }) => type === "FunctionDeclaration" && start <= position && position < end,
  );
  return nameOf(around.at(-1)?.["id"]) ?? "";
}

function lineOf(text: string, position: number): number {
  return text.slice(0, position).split("\n").length;
}
