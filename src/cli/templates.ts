import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PlumblineError } from "#model/errors.ts";
import { packageFolder } from "#twin/package-root.ts";

/** What one can begin with, by what it runs on in AWS. */
export const TEMPLATES = {
  fargate: "ECS Fargate",
  kubernetes: "EKS",
  instances: "EC2 Auto Scaling",
} as const;

export type TemplateName = keyof typeof TEMPLATES;

export interface TemplateFile {
  readonly name: string;
  readonly text: string;
  /** What it is there for, in a few words. */
  readonly says: string;
}

/** The files of a template, with the architecture's name in them. */
export function filesOf(template: TemplateName, name: string, javascript: boolean): TemplateFile[] {
  const read = (...path: string[]) =>
    readFileSync(join(packageFolder, "templates", ...path), "utf8").replaceAll("NAME", name);
  return [
    {
      name: javascript ? "architecture.mjs" : "architecture.ts",
      text: read(template, "architecture.ts"),
      says: `the system, on ${TEMPLATES[template]}`,
    },
    {
      name: "server.mjs",
      text: read("service", "server.mjs"),
      says: "its service; any program that listens on a port will do",
    },
    {
      name: "ARCHITECTURE.md",
      text: read("service", "ARCHITECTURE.md"),
      says: "the document whose figures are checked",
    },
  ];
}

/** Writes files that are not there yet, all of them or none. @throws PlumblineError FILES_EXIST */
export function writeNew(folder: string, files: readonly TemplateFile[]): void {
  const standing = files.filter(({ name }) => existsSync(join(folder, name))).map(({ name }) => name);
  if (standing.length > 0) {
    throw new PlumblineError(
      "FILES_EXIST",
      `${folder} has ${standing.join(", ")} already.`,
      "Name an empty folder: `plumbline init <folder>`.",
    );
  }
  mkdirSync(folder, { recursive: true });
  for (const { name, text } of files) writeFileSync(join(folder, name), text);
  ignoreState(join(folder, ".gitignore"));
}

/** Keeps the state of twins out of the user's repository. */
function ignoreState(file: string): void {
  const ignored = existsSync(file) ? readFileSync(file, "utf8") : "";
  if (ignored.split("\n").includes(".plumbline/")) return;
  appendFileSync(file, `${ignored === "" || ignored.endsWith("\n") ? "" : "\n"}.plumbline/\n`);
}
