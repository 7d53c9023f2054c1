/**
 * V8 sizes the heap by the memory of the machine, of which a container may have a hundredth: young objects may then take
 * 48 MiB and old ones three times what is in use before they are collected. With 24 MiB of young ones, and old ones
 * collected once there are half as many again, a decision takes no more processor time; with 30 % it takes a fifth more.
 */
const OPTIONS = ["--max-semi-space-size=8", "--heap-growing-percent=50"];

/**
 * Begins the process anew with a heap near what is in use, as the same process with the same arguments: V8 takes these
 * options only when it starts. Returns where it has them, where somebody has chosen others, and where a process cannot
 * begin anew.
 */
export function keepHeapSmall(): void {
  const { execArgv, execPath, argv, env, platform } = process;
  const isChosen = `${execArgv.join(" ")} ${env["NODE_OPTIONS"] ?? ""}`.includes("semi-space-size");
  // Windows has no such thing, and a channel to a parent would be lost: workers have their primary's options.
  if (isChosen || platform === "win32" || process.channel !== undefined || process.execve === undefined)
    return;
  try {
    process.execve(execPath, [execPath, ...OPTIONS, ...execArgv, ...argv.slice(1)], env);
  } catch {
    // Some sandboxes forbid it: this process goes on, with more memory.
  }
}
