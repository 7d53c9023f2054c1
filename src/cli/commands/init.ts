import { basename, resolve } from "node:path";
import { Command, Option } from "commander";
import { example, jsonOption } from "../options.ts";
import { printJson, table } from "../output.ts";
import { style } from "../style.ts";
import { filesOf, TEMPLATES, type TemplateName, writeNew } from "../templates.ts";

interface InitOptions {
  readonly template: TemplateName;
  readonly javascript?: true;
  readonly json?: true;
}

export function initCommand(): Command {
  return new Command("init")
    .description("begin an architecture of your own in a folder: its description, and a tiny service")
    .argument("[folder]", "where; this folder if left out", ".")
    .addOption(
      new Option("-t, --template <name>", "what it runs on in AWS")
        .choices(Object.keys(TEMPLATES))
        .default("fargate"),
    )
    .option("--javascript", "write architecture.mjs in place of architecture.ts")
    .addOption(jsonOption())
    .addHelpText("after", example("init shop --template kubernetes"))
    .action(
      (
        folder: string,
        { template, javascript = false, json }: Omit<InitOptions, "javascript"> & { javascript?: boolean },
      ) => {
        const path = resolve(folder);
        const files = filesOf(template, nameFor(path), javascript);
        writeNew(path, files);
        if (json)
          return printJson({
            schemaVersion: 1,
            folder: path,
            template,
            files: files.map(({ name }) => name),
          });
        console.log(
          table(
            files.map(({ name, says }) => [style.cyan(name), says]),
            "  ",
          ),
        );
        const enter = path === process.cwd() ? "" : `cd ${folder} && `;
        console.log(`\nNow: ${style.bold(`${enter}npx plumbline up`)}`);
      },
    );
}

/** The folder's name, as far as an architecture can be called so. */
function nameFor(path: string): string {
  const name = basename(path)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^[^a-z]+|-+$/g, "")
    .slice(0, 32);
  return name === "" ? "system" : name;
}
