import type { GeneratedFile } from "#model/generated-file.ts";

/** The lines that are only in one of two sets of files, in order, by file: `-` of the first, `+` of the second. */
export function differences(before: readonly GeneratedFile[], after: readonly GeneratedFile[]): string {
  const paths = [...new Set([...before, ...after].map(({ path }) => path))].sort();
  return paths
    .map((path) => ({ path, lines: changed(linesOf(before, path), linesOf(after, path)) }))
    .filter(({ lines }) => lines.length > 0)
    .map(({ path, lines }) => `=== ${path}\n${lines.join("\n")}\n`)
    .join("\n");
}

/** Myers' greedy walk: https://doi.org/10.1007/BF01840446. The lines that its shortest script takes out and puts in. */
function changed(before: readonly string[], after: readonly string[]): string[] {
  const trace: Map<number, number>[] = [];
  let furthest = new Map([[1, 0]]);
  for (let edits = 0; ; edits++) {
    trace.push(new Map(furthest));
    const next = new Map(furthest);
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      const down =
        diagonal === -edits || (diagonal !== edits && at(next, diagonal - 1) < at(next, diagonal + 1));
      let x = down ? at(next, diagonal + 1) : at(next, diagonal - 1) + 1;
      while (x < before.length && x - diagonal < after.length && before[x] === after[x - diagonal]) x += 1;
      next.set(diagonal, x);
      if (x >= before.length && x - diagonal >= after.length) return walkBack(trace, before, after);
    }
    furthest = next;
  }
}

function walkBack(
  trace: readonly ReadonlyMap<number, number>[],
  before: readonly string[],
  after: readonly string[],
): string[] {
  const lines: string[] = [];
  let [x, y] = [before.length, after.length];
  for (let edits = trace.length - 1; edits > 0; edits--) {
    const furthest = trace[edits] as ReadonlyMap<number, number>;
    const diagonal = x - y;
    const down =
      diagonal === -edits || (diagonal !== edits && at(furthest, diagonal - 1) < at(furthest, diagonal + 1));
    const previous = down ? diagonal + 1 : diagonal - 1;
    [x, y] = [at(furthest, previous), at(furthest, previous) - previous];
    lines.unshift(down ? `+${after[y] ?? ""}` : `-${before[x] ?? ""}`);
  }
  return lines;
}

/** How far a diagonal was followed; -1 where it was not. */
function at(furthest: ReadonlyMap<number, number>, diagonal: number): number {
  return furthest.get(diagonal) ?? -1;
}

function linesOf(files: readonly GeneratedFile[], path: string): readonly string[] {
  return files.find((file) => file.path === path)?.content.split("\n") ?? [];
}
