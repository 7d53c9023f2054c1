import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PlumblineError } from "#model/errors.ts";
import type { Need } from "../testing.ts";
import { downloadPackages, requireApt } from "./apt.ts";

/** A folder that every user can pass through, which mkdtemp's is not. */
export function openFolder(): string {
  const directory = mkdtempSync(join(tmpdir(), "plumbline-test-"));
  chmodSync(directory, 0o755);
  return directory;
}

/** Writes a shell script that stands for a program. */
export function writeProgram(directory: string, name: string, body: string): void {
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, name), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
}

/** Whether packages can be had here: apt may be missing, and so may the network. Anything else is a failure. */
export async function aptNeed(): Promise<Need> {
  const folder = openFolder();
  try {
    requireApt("redis");
    await downloadPackages([["liblzf1"]], {
      folder,
      signal: AbortSignal.timeout(60_000),
      progress: () => {},
    });
    return { name: "apt", met: true, otherwise: "" };
  } catch (error) {
    const { code, message } = error as PlumblineError;
    if (code !== "PACKAGES_UNSUPPORTED" && code !== "PACKAGE_DOWNLOAD_FAILED") throw error;
    return { name: "apt", met: false, otherwise: message };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
