import { spawn } from "node:child_process";

/** A browser that has not failed after so long shows the page. */
const FAILS_WITHIN_MS = 3_000;

/**
 * The commands that may show a URL, in the order in which they are tried: those that BROWSER names, or the system's own.
 * None where there is no screen.
 */
export function browserCommands(
  url: string,
  environment: NodeJS.ProcessEnv,
  platform: NodeJS.Platform,
): readonly (readonly string[])[] {
  const chosen = (environment["BROWSER"] ?? "").split(":").filter((text) => text.trim() !== "");
  if (chosen.length > 0) return chosen.map((command) => withUrl(command, url));
  if (platform === "darwin") return [["open", url]];
  const hasScreen = environment["DISPLAY"] || environment["WAYLAND_DISPLAY"];
  return hasScreen ? [["xdg-open", url]] : [];
}

/** `%s` in a command of BROWSER stands for the URL, which else is its last word. */
function withUrl(command: string, url: string): string[] {
  const words = command.trim().split(/\s+/);
  return words.some((word) => word.includes("%s"))
    ? words.map((word) => word.replaceAll("%s", url))
    : [...words, url];
}

/** Tries the one after the other; @returns the program that shows the page, or null. */
export async function openBrowser(commands: readonly (readonly string[])[]): Promise<string | null> {
  for (const command of commands) if (await starts(command)) return command[0] ?? null;
  return null;
}

/** A browser may go on running, and then outlives us. */
function starts([program = "", ...args]: readonly string[]): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { detached: true, stdio: "ignore" });
    const timer = setTimeout(() => resolve(true), FAILS_WITHIN_MS);
    const settle = (shows: boolean) => {
      clearTimeout(timer);
      resolve(shows);
    };
    child.once("error", () => settle(false));
    child.once("exit", (code) => settle(code === 0));
    child.unref();
  });
}
