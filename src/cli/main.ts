import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import * as z from "zod";
import { packageRoot } from "#twin/package-root.ts";
import { exitCodeOf, printFailure } from "./failures.ts";

// A command reads an architecture once: to compile the schemas for that takes longer than to interpret them.
z.config({ jitless: true });

/**
 * In the order of the help. A command is loaded when it is asked for, because to load them all takes longer than most of
 * them take; the help, and what is misspelt, need them all.
 */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  init: async () => (await import("./commands/init.ts")).initCommand(),
  up: async () => (await import("./commands/up.ts")).upCommand(),
  status: async () => (await import("./commands/status.ts")).statusCommand(),
  wait: async () => (await import("./commands/wait.ts")).waitCommand(),
  restart: async () => (await import("./commands/restart.ts")).restartCommand(),
  deploy: async () => (await import("./commands/deploy.ts")).deployCommand(),
  rotate: async () => (await import("./commands/rotate.ts")).rotateCommand(),
  break: async () => (await import("./commands/break.ts")).breakCommand(),
  heal: async () => (await import("./commands/heal.ts")).healCommand(),
  open: async () => (await import("./commands/open.ts")).openCommand(),
  logs: async () => (await import("./commands/logs.ts")).logsCommand(),
  backup: async () => (await import("./commands/backup.ts")).backupCommand(),
  restore: async () => (await import("./commands/restore.ts")).restoreCommand(),
  connect: async () => (await import("./commands/connect.ts")).connectCommand(),
  exec: async () => (await import("./commands/exec.ts")).execCommand(),
  load: async () => (await import("./commands/load.ts")).loadCommand(),
  drill: async () => (await import("./commands/drill.ts")).drillCommand(),
  verify: async () => (await import("./commands/verify.ts")).verifyCommand(),
  down: async () => (await import("./commands/down.ts")).downCommand(),
  list: async () => (await import("./commands/list.ts")).listCommand(),
  describe: async () => (await import("./commands/describe.ts")).describeCommand(),
  check: async () => (await import("./commands/check.ts")).checkCommand(),
  generate: async () => (await import("./commands/generate.ts")).generateCommand(),
  cost: async () => (await import("./commands/cost.ts")).costCommand(),
  doctor: async () => (await import("./commands/doctor.ts")).doctorCommand(),
  install: async () => (await import("./commands/install.ts")).installCommand(),
};

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

const commands = Object.entries(COMMANDS);
const asked = commands.filter(([name]) => name === process.argv[2]);
for (const [name, load] of asked.length > 0 ? asked : commands) {
  const command = await load();
  program.addCommand(
    command.exitOverride().showHelpAfterError(`Run \`plumbline ${name} --help\` for what it takes.`),
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
