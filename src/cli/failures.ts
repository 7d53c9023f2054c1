import { CommanderError } from "commander";
import { PlumblineError } from "#model/errors.ts";
import type { Problem } from "#model/problems.ts";
import { printJson } from "./output.ts";
import { besideStyle as style } from "./style.ts";

/** 0 done, 1 it failed and says why, 2 the command was not understood. */
export function exitCodeOf(error: unknown): 0 | 1 | 2 {
  if (!(error instanceof CommanderError)) return 1;
  return error.exitCode === 0 ? 0 : 2;
}

/** Says what happened and what to do. Only a bug shows its stack trace. */
export function printFailure(error: unknown, json: boolean): void {
  // commander has said on its own what it did not understand.
  if (!(error instanceof PlumblineError || error instanceof CommanderError)) {
    console.error(error);
    console.error("\nThis is a bug in Plumbline. Please report it with the lines above.");
  }
  const problems = problemsOf(error);
  if (json) {
    printJson({
      schemaVersion: 1,
      error: { ...inWords(error), ...(problems.length > 0 ? { problems } : {}) },
    });
    return;
  }
  if (!(error instanceof PlumblineError)) return;
  console.error(`${style.red(error.code)}  ${error.message}`);
  for (const { code, path, message, remedy } of problems) {
    console.error(`\n  ${style.bold(path)}\n    ${message} (${code})\n    ${style.dim(remedy)}`);
  }
  console.error(problems.length > 0 ? "" : style.dim(error.remedy));
}

/** What is wrong one by one, where an error has that: an architecture's problems, or changes that were refused. */
function problemsOf(error: unknown): readonly Problem[] {
  return error instanceof PlumblineError && "problems" in error ? (error.problems as readonly Problem[]) : [];
}

function inWords(error: unknown): { code: string; message: string; remedy: string } {
  if (error instanceof PlumblineError) {
    const { code, message, remedy } = error;
    return { code, message, remedy };
  }
  if (error instanceof CommanderError) {
    const message = error.message.replace(/^error: /, "");
    return { code: "COMMAND_INVALID", message, remedy: "`plumbline --help` says what there is." };
  }
  return { code: "UNEXPECTED", message: String(error), remedy: "This is a bug: please report it." };
}
