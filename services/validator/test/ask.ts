import type { InjectOptions } from "fastify";
import { expect } from "vitest";

import type { App } from "../src/app.ts";

export interface Answer {
  status: number;
  headers: Record<string, unknown>;
  body: { id: string; outcome: string; code: string; reasons: { code: string; pointer: string }[] } & Record<
    string,
    unknown
  >;
}

/** Asks without a port, and expects of any answer what every answer keeps to. */
export async function ask({ server }: Pick<App, "server">, options: InjectOptions): Promise<Answer> {
  const { statusCode, headers, body } = await server.inject(options);
  const isProblem = statusCode >= 400;
  expect(String(headers["content-type"]).startsWith("application/problem+json")).toBe(isProblem);
  expect(isProblem ? JSON.parse(body).status : statusCode).toBe(statusCode);
  expect(isProblem ? body : "", "no stack trace").not.toMatch(/\.ts:\d|node_modules| {4}at /);
  expect(headers["x-content-type-options"]).toBe("nosniff");
  return {
    status: statusCode,
    headers,
    body: (body === "" ? undefined : JSON.parse(body)) as Answer["body"],
  };
}
