import { Command } from "commander";
import { PlumblineError } from "#model/errors.ts";
import { example, jsonOption, parseCount } from "../options.ts";
import { printJson } from "../output.ts";
import { followLogs, logsOf, tail } from "../log-files.ts";
import { renderLine } from "../log-lines.ts";
import { style } from "../style.ts";
import { chooseTwin } from "../twins.ts";

interface LogsOptions {
  readonly tail: number;
  readonly twin?: string;
  readonly follow?: true;
  readonly json?: true;
}

export function logsCommand(): Command {
  return new Command("logs")
    .description("print what the parts of a twin have written")
    .argument(
      "[part]",
      "a service, a replica, a store or a node: api, api-1, database, load-balancer, events; all if left out",
    )
    .option("--twin <name>", "which twin; the only one that runs if left out")
    .option("-n, --tail <lines>", "the last lines of each part", parseCount, 20)
    .option("-f, --follow", "go on printing what comes")
    .addOption(jsonOption())
    .addHelpText("after", example("logs api", "logs --tail 100 --follow"))
    .action(async (part: string | undefined, options: LogsOptions) => {
      const twin = chooseTwin(options.twin, process.cwd());
      const logs = logsOf(twin.state.logs, part);
      if (logs.length === 0) {
        const parts = logsOf(twin.state.logs).map(({ name }) => name);
        throw new PlumblineError(
          "LOG_NOT_FOUND",
          `${twin.name} has no log of ${part ?? "anything"}.`,
          `There are: ${parts.join(", ") || "none"}.`,
        );
      }
      if (options.json) {
        printJson({
          schemaVersion: 1,
          name: twin.name,
          logs: logs.map(({ name, file }) => ({ part: name, file, lines: tail(file, options.tail) })),
        });
        return;
      }
      const width = Math.max(...logs.map(({ name }) => name.length));
      const print = (name: string, line: string) =>
        console.log(`${style.cyan(name.padEnd(width))}  ${renderLine(line)}`);
      for (const { name, file } of logs) for (const line of tail(file, options.tail)) print(name, line);
      if (options.follow) await followLogs(twin.state.logs, part, print);
    });
}
