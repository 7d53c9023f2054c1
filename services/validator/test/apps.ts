import type { InjectOptions } from "fastify";
import { expect } from "vitest";

import { buildApp, type App } from "../src/app.ts";
import { readConfig } from "../src/config.ts";

/** The service without a port, as replica `replica`, writing to `url`. Close it with `server.close()`. */
export function appOn(url: string, env: Record<string, string> = {}, now?: () => number): Promise<App> {
  const config = readConfig({
    DATABASE_URL: url,
    LOG_LEVEL: "silent",
    ZONE: "us-east-1a",
    REPLICA: "test",
    ...env,
  });
  return buildApp(config, now);
}

export interface Answer {
  status: number;
  headers: Record<string, unknown>;
  body: { id: string; outcome: string; code: string; reasons: { code: string; pointer: string }[] } & Record<
    string,
    unknown
  >;
}

/** Asks without a port, and expects of any answer what every answer keeps to. */
export async function ask({ server }: App, options: InjectOptions): Promise<Answer> {
  const { statusCode, headers, body } = await server.inject(options);
  const isProblem = statusCode >= 400;
  expect(String(headers["content-type"]).startsWith("application/problem+json")).toBe(isProblem);
  expect(isProblem ? JSON.parse(body).status : statusCode).toBe(statusCode);
  expect(isProblem ? body : "", "no stack trace").not.toMatch(/\.ts:\d|node_modules| at /);
  expect(headers["x-content-type-options"]).toBe("nosniff");
  return {
    status: statusCode,
    headers,
    body: (body === "" ? undefined : JSON.parse(body)) as Answer["body"],
  };
}

/** Posts a transaction; text and bytes go as they are. */
export function post(app: App, body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  return ask(app, {
    method: "POST",
    url: "/v1/transactions",
    headers: { "content-type": "application/json", ...headers },
    payload: typeof body === "string" || Buffer.isBuffer(body) ? body : JSON.stringify(body),
  });
}
