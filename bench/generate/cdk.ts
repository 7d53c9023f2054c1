import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The newest library whose assemblies this newest fitting command line reads. */
const PACKAGES = ["aws-cdk-lib@2.276.0", "constructs@10.8.1", "aws-cdk@2.1148.1"];
const APP = "app.mjs";

/** The CDK in a folder of its own: installed there unless it is there already, because it is no dependency of anything. */
export class Cdk {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true });
    if (!existsSync(join(folder, "node_modules", "aws-cdk-lib"))) {
      console.error(`Installing ${PACKAGES.join(", ")} in ${folder} ...`);
      const quiet = ["--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"];
      this.#run("npm", ["install", "--prefix", folder, ...quiet, ...PACKAGES]);
    }
    cpSync(join(import.meta.dirname, "cdk-app.mjs"), join(folder, APP));
  }

  /** As a user runs it: the command line starts the app, and reads what it made. */
  synth(): void {
    this.#run(join(this.#folder, "node_modules", ".bin", "cdk"), [
      "synth",
      "--quiet",
      "--app",
      `node ${APP}`,
      "--output",
      "out",
    ]);
  }

  /** The app alone, which writes the template. */
  runApp(): void {
    this.#run("node", [APP]);
  }

  get resources(): number {
    const template = readFileSync(join(this.#folder, "out", "fargate-production.template.json"), "utf8");
    return Object.keys((JSON.parse(template) as { Resources: object }).Resources).length;
  }

  #run(command: string, args: readonly string[]): void {
    const env: NodeJS.ProcessEnv = {
      ...process.env,
      CDK_OUTDIR: "out",
      CDK_DISABLE_CLI_TELEMETRY: "true",
      CI: "true",
    };
    // Ours is kept by our own launcher: who runs the CDK has none.
    delete env["NODE_COMPILE_CACHE"];
    const { status, stderr } = spawnSync(command, args, { cwd: this.#folder, env, encoding: "utf8" });
    if (status !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${status}: ${stderr}`);
  }
}
