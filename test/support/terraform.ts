import { execFile, execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import type { GeneratedFile } from "#model/generated-file.ts";
import { type Need, needs } from "#stores/testing.ts";

const MIRROR = process.env["PLUMBLINE_TEST_PROVIDERS"];

function hasTerraform(): boolean {
  try {
    execFileSync("terraform", ["version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

const terraform: Need = {
  name: "terraform",
  met: MIRROR !== undefined && hasTerraform(),
  otherwise: "there is no terraform, or PLUMBLINE_TEST_PROVIDERS names no mirror of its providers",
};

export const withTerraform = needs(terraform);

/** A root module in a folder of its own, set up without a backend. */
export class TerraformModule {
  readonly folder: string;
  readonly #environment: NodeJS.ProcessEnv;

  constructor(files: readonly GeneratedFile[]) {
    this.folder = mkdtempSync(join(tmpdir(), "plumbline-terraform-"));
    for (const { path, content } of files) {
      mkdirSync(dirname(join(this.folder, path)), { recursive: true });
      writeFileSync(join(this.folder, path), content);
    }
    const configuration = join(this.folder, ".terraformrc");
    writeFileSync(
      configuration,
      `provider_installation {\n  filesystem_mirror {\n    path = "${MIRROR}"\n  }\n}\n`,
    );
    this.#environment = { ...process.env, TF_CLI_CONFIG_FILE: configuration, CHECKPOINT_DISABLE: "1" };
  }

  /** What Terraform printed. @throws with everything that it printed, where it fails. */
  async run(...args: readonly string[]): Promise<string> {
    const { stdout } = await promisify(execFile)("terraform", [...args], {
      cwd: this.folder,
      env: this.#environment,
      maxBuffer: 16 * 1024 * 1024,
    });
    return stdout;
  }
}
