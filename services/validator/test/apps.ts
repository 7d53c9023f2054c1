import { buildApp, type App } from "../src/app.ts";
import { readConfig } from "../src/config.ts";
import { ask, type Answer } from "./ask.ts";

export { ask, type Answer };

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

/** Posts a transaction; text and bytes go as they are. */
export function post(app: App, body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  return ask(app, {
    method: "POST",
    url: "/v1/transactions",
    headers: { "content-type": "application/json", ...headers },
    payload: typeof body === "string" || Buffer.isBuffer(body) ? body : JSON.stringify(body),
  });
}
