import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { packageRoot } from "#twin/package-root.ts";
import { breakCommand } from "./commands/break.ts";
import { backupCommand } from "./commands/backup.ts";
import { checkCommand } from "./commands/check.ts";
import { connectCommand } from "./commands/connect.ts";
import { deployCommand } from "./commands/deploy.ts";
import { describeCommand } from "./commands/describe.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { downCommand } from "./commands/down.ts";
import { drillCommand } from "./commands/drill.ts";
import { execCommand } from "./commands/exec.ts";
import { healCommand } from "./commands/heal.ts";
import { generateCommand } from "./commands/generate.ts";
import { installCommand } from "./commands/install.ts";
import { initCommand } from "./commands/init.ts";
import { listCommand } from "./commands/list.ts";
import { loadCommand } from "./commands/load.ts";
import { logsCommand } from "./commands/logs.ts";
import { openCommand } from "./commands/open.ts";
import { restoreCommand } from "./commands/restore.ts";
import { restartCommand } from "./commands/restart.ts";
import { rotateCommand } from "./commands/rotate.ts";
import { statusCommand } from "./commands/status.ts";
import { upCommand } from "./commands/up.ts";
import { waitCommand } from "./commands/wait.ts";
import { exitCodeOf, printFailure } from "./failures.ts";

const { version } = JSON.parse(readFileSync(join(packageRoot, "package.json"), "utf8")) as {
  version: string;
};

const program = new Command("plumbline")
  .description(
    "Runs the system that an architecture document describes, and shows which of its figures are true.",
  )
  .version(version)
  .showHelpAfterError("Run `plumbline --help` for what there is.")
  .exitOverride()
  // So that a command may have a --version of its own.
  .enablePositionalOptions()
  .addHelpText(
    "after",
    "\nExample:\n  $ plumbline up fargate --environment production\n\nExit codes: 0 done, 1 it failed and says why, 2 the command was not understood.",
  );

for (const command of [
  initCommand(),
  upCommand(),
  statusCommand(),
  waitCommand(),
  restartCommand(),
  deployCommand(),
  rotateCommand(),
  breakCommand(),
  healCommand(),
  openCommand(),
  logsCommand(),
  backupCommand(),
  restoreCommand(),
  connectCommand(),
  execCommand(),
  loadCommand(),
  drillCommand(),
  downCommand(),
  listCommand(),
  describeCommand(),
  checkCommand(),
  generateCommand(),
  doctorCommand(),
  installCommand(),
]) {
  program.addCommand(
    command
      .exitOverride()
      .showHelpAfterError(`Run \`plumbline ${command.name()} --help\` for what it takes.`),
  );
}

// Whoever reads our output may stop reading: `plumbline list | head -1`.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = exitCodeOf(error);
  // Help and version come this way too, and are no failure.
  if (process.exitCode !== 0) printFailure(error, process.argv.includes("--json"));
}
