import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { writeGenerated } from "#cli/generate/generated-folder.ts";
import type { GeneratedFile } from "#model/generated-file.ts";
import { type Need, needs } from "#stores/testing.ts";

const MIRROR = process.env["PLUMBLINE_TEST_PROVIDERS"];

/** Applying something to an emulator takes minutes. */
const PATIENCE_MS = 1_200_000;

function hasTerraform(): boolean {
  try {
    execFileSync("terraform", ["version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

export const terraform: Need = {
  name: "terraform",
  met: MIRROR !== undefined && hasTerraform(),
  otherwise: "there is no terraform, or PLUMBLINE_TEST_PROVIDERS names no mirror of its providers",
};

export const withTerraform = needs(terraform);

/** Without whatever would lead to an account of whoever runs the tests. */
function withoutAws(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith("AWS_")));
}

/** A root module in a folder of its own, written as `plumbline generate` writes it. */
export class TerraformModule {
  readonly folder: string;
  readonly #environment: NodeJS.ProcessEnv;

  /** @param environment what Terraform and its provider are told beside the variables of this process. */
  constructor(files: readonly GeneratedFile[], environment: Readonly<Record<string, string>> = {}) {
    this.folder = mkdtempSync(join(tmpdir(), "plumbline-terraform-"));
    writeGenerated(this.folder, files, { overwrite: false });
    const configuration = join(this.folder, ".terraformrc");
    writeFileSync(
      configuration,
      `provider_installation {\n  filesystem_mirror {\n    path = "${MIRROR}"\n  }\n}\n`,
    );
    this.#environment = {
      ...withoutAws(process.env),
      TF_CLI_CONFIG_FILE: configuration,
      CHECKPOINT_DISABLE: "1",
      // The types of web ACLs are large: a third of Terraform's time goes into collecting garbage that memory has room for.
      GOGC: "400",
      ...environment,
    };
  }

  /** What Terraform printed. @throws with everything that it printed, where it fails. */
  async run(...args: readonly string[]): Promise<string> {
    const { stdout } = await promisify(execFile)("terraform", [...args], {
      cwd: this.folder,
      env: this.#environment,
      maxBuffer: 64 * 1024 * 1024,
      timeout: PATIENCE_MS,
      // It then stops the provider as well.
      killSignal: "SIGINT",
    });
    return stdout;
  }
}
