import { CommanderError } from "commander";
import { PlumblineError } from "#model/errors.ts";
import { ArchitectureError } from "#model/problems.ts";
import { printJson } from "./output.ts";
import { style } from "./style.ts";

/** 0 done, 1 it failed and says why, 2 the command was not understood. */
export function exitCodeOf(error: unknown): 0 | 1 | 2 {
  if (!(error instanceof CommanderError)) return 1;
  return error.exitCode === 0 ? 0 : 2;
}

/** Says what happened and what to do. Only a bug shows its stack trace. */
export function printFailure(error: unknown, json: boolean): void {
  if (!(error instanceof PlumblineError)) {
    console.error(error);
    console.error("\nThis is a bug in Plumbline. Please report it with the lines above.");
    return;
  }
  const problems = error instanceof ArchitectureError ? error.problems : [];
  if (json) {
    const { code, message, remedy } = error;
    printJson({
      schemaVersion: 1,
      error: { code, message, remedy, ...(problems.length > 0 ? { problems } : {}) },
    });
    return;
  }
  console.error(`${style.red(error.code)}  ${error.message}`);
  for (const { code, path, message, remedy } of problems) {
    console.error(`\n  ${style.bold(path)}\n    ${message} (${code})\n    ${style.dim(remedy)}`);
  }
  console.error(problems.length > 0 ? "" : style.dim(error.remedy));
}
