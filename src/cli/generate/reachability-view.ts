import type { Reachability } from "#terraform/reachability/compare.ts";
import { formatPorts, type Path } from "#terraform/reachability/reach.ts";
import { table } from "../output.ts";
import { style } from "../style.ts";

/** Who reaches whom, on which ports: a row for each that opens connections, a column for each that takes them. */
export function renderReachability({ paths, forbidden, missing }: Reachability): string {
  const from = names(paths, "from");
  const to = names(paths, "to");
  const cell = (source: string, target: string) => {
    const ports = paths.filter((path) => path.from === source && path.to === target);
    const text = ports.map((path) => formatPorts(path.ports)).join(", ");
    if (text === "") return style.dim("-");
    return forbidden.some((path) => path.from === source && path.to === target) ? style.red(text) : text;
  };
  const matrix = table([
    [style.bold("from \\ to"), ...to.map((name) => style.bold(name))],
    ...from.map((source) => [source, ...to.map((target) => cell(source, target))]),
  ]);
  const lines = [
    ...forbidden.map(
      (path) => `${style.red("not allowed")}  ${sentence(path)}: the architecture does not speak of it`,
    ),
    ...missing.map((path) => `${style.red("missing")}      ${sentence(path)}: the architecture needs it`),
  ];
  const verdict =
    lines.length === 0
      ? `${style.green("Everything is as declared")}: ${paths.length} ways, and no other one.`
      : lines.join("\n");
  return `${matrix}\n\n${verdict}`;
}

function sentence({ from, to, ports }: Path): string {
  return `${from} → ${to}, port ${formatPorts(ports)}`;
}

function names(paths: readonly Path[], end: "from" | "to"): string[] {
  return [...new Set(paths.map((path) => path[end]))];
}
