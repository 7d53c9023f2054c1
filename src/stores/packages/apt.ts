import { chownSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PlumblineError } from "#model/errors.ts";
import { findAccount } from "../account.ts";
import { complaints, failureOf, neededOf, parseSimulation } from "./apt-output.ts";
import { directoriesOnPath } from "../programs.ts";
import { run } from "./run.ts";
import type { Run } from "./run.ts";

const TIMEOUT_MS = 300_000;

export interface AptOptions {
  readonly folder: string;
  readonly signal: AbortSignal;
  readonly progress: (message: string) => void;
}

/**
 * Makes a private apt: it reads the system's sources, keys and list of installed packages, and writes only to its own
 * folder. So it works without root, beside another apt that holds the system's locks, and never changes the system.
 * Settings as a file, because only a file can clear a list: the system's hooks around an update are the system's.
 * https://manpages.debian.org/bookworm/apt/apt.conf.5.en.html
 */
function settings(folder: string, ownLists: boolean): string {
  const lists = ownLists ? `Dir::State::lists "${join(folder, "lists")}";\n` : "";
  return `#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
Dir::Cache "${join(folder, "cache")}";
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
${lists}Acquire::Retries "2";
Acquire::http::Timeout "20";
Acquire::https::Timeout "20";
`;
}

/**
 * Downloads packages, and the libraries that they need and this system lacks, into a folder of its own. Where the system's
 * package lists are missing or too old for that, it is done again with fresh ones of its own.
 *
 * @param choices names of the same packages in different releases; the first that apt knows are taken
 * @returns the directory that holds the .deb files
 */
export async function downloadPackages(
  choices: readonly (readonly string[])[],
  options: AptOptions,
): Promise<string> {
  const { folder, progress } = options;
  const archives = openArchives(join(folder, "archives"));
  const first = await attempt(choices, archives, options, false);
  if (first.ok) return archives;
  if (failureOf(first.words) === "unresolved") throw failed(first, choices);

  progress("the system's package lists are missing or too old; fetching private ones");
  const update = await apt(["update"], options, true);
  // Of its own: what the first attempt did download may be of other versions.
  const others = openArchives(join(folder, "archives-of-private-lists"));
  const second = await attempt(choices, others, options, true);
  if (second.ok) return others;
  // apt counts lists that it could not fetch as a warning.
  throw failed(failureOf(update.words) === "not-downloaded" ? update : second, choices);
}

async function attempt(
  choices: readonly (readonly string[])[],
  archives: string,
  options: AptOptions,
  ownLists: boolean,
): Promise<Run> {
  let last: Run = { ok: false, stdout: "", words: "" };
  for (const wanted of choices) {
    last = await apt(["--simulate", "--no-install-recommends", "install", ...wanted], options, ownLists);
    if (last.ok) {
      const needed = neededOf(parseSimulation(last.stdout), wanted);
      const libraries = needed.slice(wanted.length).map((name) => name.replace(/=.*/, ""));
      options.progress(
        `downloading ${needed.slice(0, wanted.length).join(", ")}` +
          (libraries.length > 0 ? ` and what they need: ${libraries.join(", ")}` : ""),
      );
      return apt(["download", ...needed], options, ownLists, archives);
    }
    if (failureOf(last.words) !== "unknown-package") return last;
  }
  return last;
}

function apt(
  args: readonly string[],
  options: AptOptions,
  ownLists: boolean,
  cwd = options.folder,
): Promise<Run> {
  const { folder, signal } = options;
  const file = join(folder, "apt.conf");
  writeFileSync(file, settings(folder, ownLists));
  if (ownLists) mkdirSync(join(folder, "lists", "partial"), { recursive: true });
  return run("apt-get", ["-q", "-c", file, ...args], { cwd, signal, timeoutMs: TIMEOUT_MS });
}

/** As root, apt downloads as a user of its own, who has to be able to write there. */
function openArchives(directory: string): string {
  mkdirSync(directory);
  if (process.getuid?.() !== 0) return directory;
  const sandbox = findAccount("_apt", readFileSync("/etc/passwd", "utf8"));
  if (sandbox) chownSync(directory, sandbox.uid, sandbox.gid);
  return directory;
}

function failed({ words }: Run, choices: readonly (readonly string[])[]): PlumblineError {
  const names = choices[0]?.join(" and ");
  switch (failureOf(words)) {
    case "unknown-package":
      return new PlumblineError(
        "PACKAGE_NOT_FOUND",
        `None of this system's package sources has ${names}: ${complaints(words)}.`,
        "Add a source that has it to /etc/apt (on Ubuntu: the component universe), or install the program yourself where PATH finds it.",
      );
    case "not-downloaded":
      return new PlumblineError(
        "PACKAGE_DOWNLOAD_FAILED",
        `The packages could not be downloaded: ${complaints(words)}.`,
        "Look at the network and its proxy (http_proxy, /etc/apt/apt.conf.d), then run the command again.",
      );
    case "unresolved":
      return new PlumblineError(
        "PACKAGES_UNRESOLVED",
        `apt cannot tell what ${names} needs on this system: ${complaints(words)}.`,
        "`apt-get --simulate install` shows the same; `apt-get --fix-broken install` (as root) often mends it.",
      );
  }
}

/** @throws PlumblineError PACKAGES_UNSUPPORTED */
export function requireApt(store: string): void {
  if (["apt-get", "dpkg-deb"].every((program) => directoriesOnPath([program]).length > 0)) return;
  throw new PlumblineError(
    "PACKAGES_UNSUPPORTED",
    "There is no apt on this machine, and Plumbline takes programs from Debian's and Ubuntu's packages only.",
    `Install ${store} as is usual here (macOS: \`brew install ${store}\`; Fedora: \`dnf install ${store}\`): a program on PATH is found and used.`,
  );
}
