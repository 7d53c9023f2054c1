import { spawnSync } from "node:child_process";

/** Whether `script` of util-linux is here, which runs a command on a terminal of its own. */
export const hasScript = spawnSync("script", ["--version"]).status === 0;

/** The command that runs a line of shell with a terminal as its standard streams. */
export function onTerminal(line: string): string[] {
  return ["script", "--quiet", "--return", "--command", line, "/dev/null"];
}
