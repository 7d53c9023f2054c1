import { Command } from "commander";
import { diagnose, type Finding } from "../diagnosis.ts";
import { example, jsonOption } from "../options.ts";
import { printJson, table } from "../output.ts";
import { style } from "../style.ts";

export function doctorCommand(): Command {
  return new Command("doctor")
    .description(
      "say what is installed, what a twin would use for each kind of store, and how to get what is missing",
    )
    .addOption(jsonOption())
    .addHelpText("after", example("doctor"))
    .action(async ({ json }: { json?: true }) => {
      const findings = await diagnose();
      const healthy = findings.every(({ state }) => state !== "missing");
      if (json) printJson({ schemaVersion: 1, healthy, findings });
      else console.log(render(findings, healthy));
      if (!healthy) process.exitCode = 1;
    });
}

const MARKS = { ok: style.green("✓"), missing: style.red("✗"), absent: style.yellow("–") };

function render(findings: readonly Finding[], healthy: boolean): string {
  const rows = findings.map(({ state, what, found, remedy }) => [
    MARKS[state],
    what,
    found,
    remedy ? style.dim(`→ ${remedy}`) : "",
  ]);
  const verdict = healthy
    ? "Everything that `plumbline up fargate` needs is here."
    : "Something that `plumbline up` needs is missing.";
  return `${table(rows)}\n\n${verdict}`;
}
