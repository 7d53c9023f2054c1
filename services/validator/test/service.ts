// The service as its users run it: a process of its own, with a port.
import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";

import { until } from "./until.ts";

const main = join(import.meta.dirname, "..", "src", "main.ts");

export interface Service {
  url: string;
  child: ChildProcess;
  /** Log lines so far. */
  log: Record<string, unknown>[];
  /** Exit code, or the signal that ended it. */
  ended: Promise<number | string | null>;
}

/** Starts `src/main.ts` on a free port and waits until it listens; `stopService` ends it. */
export async function startService(databaseUrl: string, env: Record<string, string> = {}): Promise<Service> {
  const child = spawn(process.execPath, [main], {
    env: { PATH: process.env["PATH"], DATABASE_URL: databaseUrl, PORT: "0", ZONE: "us-east-1b", ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise<number | string | null>((resolve) => {
    child.once("exit", (code, signal) => resolve(code ?? signal));
  });
  const log: Record<string, unknown>[] = [];
  let rest = "";
  child.stdout.on("data", (chunk: Buffer) => {
    const lines = (rest + chunk.toString()).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) log.push(JSON.parse(line) as Record<string, unknown>);
  });
  const address = () => log.map(({ msg }) => /listening at (http:\S+)/.exec(String(msg))?.[1]).find(Boolean);
  try {
    await until(() => address() !== undefined, 25_000);
  } catch (error) {
    child.kill("SIGKILL");
    throw error;
  }
  return { url: address() as string, child, log, ended };
}

/** For `afterAll`: whatever the test has left of it. */
export async function stopService(service: Service | undefined): Promise<void> {
  if (service === undefined || service.child.exitCode !== null || service.child.signalCode !== null) return;
  service.child.kill("SIGKILL");
  await service.ended;
}
