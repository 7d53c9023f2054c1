import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { availableParallelism, totalmem } from "node:os";
import { dirname, join, resolve } from "node:path";
import { PlumblineError } from "#model/errors.ts";
import { packageRoot } from "#twin/package-root.ts";
import { twinsDirectory } from "#twin/state/state-directory.ts";
import type { EarlierReport } from "#verify/compare.ts";
import { renderHtml } from "#verify/rendering/html.ts";
import { renderMarkdown } from "#verify/rendering/markdown.ts";
import type { VerifyReport, Versions } from "#verify/report.ts";

const JSON_NAME = "report.json";

/** The last report of an environment of an architecture: of the folder that reports go to, else of this project. */
export function earlierReport(
  architecture: string,
  environment: string,
  folder: string | undefined,
): EarlierReport | null {
  const own = folder === undefined ? null : readReport(join(resolve(folder), JSON_NAME));
  const isSame = own?.architecture === architecture && own.environment === environment;
  return isSame ? own : readReport(keptFile(architecture, environment));
}

/** Keeps a report for the next one to be compared with. @returns why that was not possible; null where it was. */
export function keepReport(report: VerifyReport): string | null {
  try {
    writeWhole(keptFile(report.architecture, report.environment), JSON.stringify(report));
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Writes the report for people, for a pull request and for programs. @throws PlumblineError REPORT_UNWRITABLE */
export function writeReports(folder: string, report: VerifyReport): string[] {
  const files = {
    "report.html": renderHtml(report),
    "report.md": renderMarkdown(report),
    [JSON_NAME]: `${JSON.stringify(report, null, 2)}\n`,
  };
  try {
    return Object.entries(files).map(([name, text]) => {
      const path = join(resolve(folder), name);
      writeWhole(path, text);
      return path;
    });
  } catch (cause) {
    throw new PlumblineError(
      "REPORT_UNWRITABLE",
      `The report cannot be written to ${folder}: ${(cause as Error).message}.`,
      "Give --report another folder.",
      { cause },
    );
  }
}

export function versions(): Versions {
  const { version } = JSON.parse(readFileSync(join(packageRoot, "package.json"), "utf8")) as {
    version: string;
  };
  const memory = Math.round(totalmem() / 2 ** 30);
  return {
    plumbline: version,
    node: process.versions.node,
    machine: `${process.platform} ${process.arch}, ${availableParallelism()} processors, ${memory} GiB`,
  };
}

/** Beside the twins' folders, for an architecture has a report also where no twin of it ever ran. */
function keptFile(architecture: string, environment: string): string {
  return join(twinsDirectory(process.cwd()), `${architecture}-${environment}.report.json`);
}

/** One that is not there, or not a report, is none: there is nothing to compare with. */
function readReport(file: string): VerifyReport | null {
  try {
    const report = JSON.parse(readFileSync(file, "utf8")) as VerifyReport;
    return report.schemaVersion === 1 && Array.isArray(report.checks) ? report : null;
  } catch {
    return null;
  }
}

/** Whoever reads it meanwhile has the one before. */
function writeWhole(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  const part = `${path}.${process.pid}.part`;
  writeFileSync(part, text);
  renameSync(part, path);
}
