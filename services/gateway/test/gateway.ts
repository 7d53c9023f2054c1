// The gateway in this process, on a port of its own.
import { listen } from "../../proxy/src/life.ts";
import type { App } from "../../proxy/src/start.ts";
import { buildApp } from "../src/app.ts";
import { readConfig } from "../src/config.ts";

export interface TestGateway {
  readonly app: App;
  readonly url: string;
  readonly port: number;
  stop(): Promise<void>;
}

export async function startGateway(env: Record<string, string>): Promise<TestGateway> {
  const app = buildApp(readConfig({ LOG_LEVEL: "silent", ZONE: "us-east-1a", KEYS_PATH: "none", ...env }));
  const { port } = await listen(app.server, "127.0.0.1", 0);
  return {
    app,
    port,
    url: `http://127.0.0.1:${port}`,
    async stop() {
      app.server.closeAllConnections();
      await new Promise((resolve) => app.server.close(resolve));
      await app.close();
    },
  };
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Of a problem document. */
  readonly code: unknown;
}

export async function ask(url: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(url, { signal: AbortSignal.timeout(20_000), ...init });
  const text = await response.text();
  const isProblem = response.headers.get("content-type")?.startsWith("application/problem+json") === true;
  const code = isProblem ? (JSON.parse(text) as { code: unknown }).code : undefined;
  return { status: response.status, headers: response.headers, text, code };
}
