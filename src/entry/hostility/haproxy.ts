import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** "2.6.12", or undefined where HAProxy is not installed. */
export function haproxyVersion(): string | undefined {
  const path = `${process.env["PATH"] ?? ""}:/usr/sbin`;
  const { stdout } = spawnSync("haproxy", ["-v"], { encoding: "utf8", env: { ...process.env, PATH: path } });
  return /version (\d+\.\d+\.\d+)/.exec(stdout ?? "")?.[1];
}

/** HAProxy with nothing but its defaults before one target. @returns its port, once it answers there. */
export async function startHaproxy(target: number): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "plumbline-haproxy-"));
  const port = await freePort();
  const file = join(folder, "haproxy.cfg");
  writeFileSync(
    file,
    `defaults
  mode http
  timeout client 300ms
  timeout server 300ms
  timeout connect 2s
  timeout http-request 300ms
frontend all
  bind 127.0.0.1:${port}
  option forwardfor
  default_backend target
  http-reuse never
backend target
  http-reuse never
  server one 127.0.0.1:${target}
`,
  );
  const env = { ...process.env, PATH: `${process.env["PATH"] ?? ""}:/usr/sbin` };
  const child = spawn("haproxy", ["-db", "-f", file], { env, stdio: "ignore" });
  onTestFinished(() => {
    child.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  });
  const deadline = performance.now() + 10_000;
  while (!(await answers(port))) if (performance.now() > deadline) throw new Error("HAProxy does not listen");
  return port;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => void server.close(resolve));
  return port;
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => setImmediate(resolve, false));
  });
}
