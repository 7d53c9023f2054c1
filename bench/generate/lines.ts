import { readFileSync } from "node:fs";
import { join } from "node:path";
import { terraformModule } from "#terraform/module/module.ts";
import { resolved } from "#model/testing/references.ts";
import { packageRoot } from "#twin/package-root.ts";

export interface Lines {
  /** The system itself. */
  readonly architecture: number;
  /** What the document claims about it, where it says so, and what was decided where it contradicts itself. */
  readonly claims: number;
  readonly terraform: number;
  readonly terraformTests: number;
}

const FOLDER = join(packageRoot, "architectures", "fargate");

/** Lines of `fargate` that a person writes, and lines of its production that are generated; none that is empty or a comment. */
export async function countLines(): Promise<Lines> {
  const generated = terraformModule(await resolved("fargate"));
  const sum = (ending: string) =>
    generated
      .filter(({ path }) => path.endsWith(ending))
      .reduce((lines, { content }) => lines + count(content), 0);
  return {
    architecture: file("architecture"),
    claims: file("objectives") + file("sources") + file("notes"),
    terraform: sum(".tf"),
    terraformTests: sum(".tftest.hcl"),
  };
}

function file(name: string): number {
  return count(readFileSync(join(FOLDER, `${name}.ts`), "utf8"));
}

function count(text: string): number {
  return text.split("\n").filter((line) => !/^\s*(\/\/|\/\*|\*|#|$)/.test(line)).length;
}
