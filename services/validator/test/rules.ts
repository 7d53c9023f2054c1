// What tests of rule sets, lists and snoozes share.
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { InjectOptions } from "fastify";

import { openAccess } from "../src/access/open.ts";
import type { App } from "../src/app.ts";
import { absentCache } from "../src/cache/absent.ts";
import { openRedis } from "../src/cache/redis.ts";
import { readConfig } from "../src/config.ts";
import { openPools } from "../src/database/pools.ts";
import { createServer } from "../src/http/server.ts";
import { createRules, type Rules } from "../src/rule-sets/rules.ts";
import type { RuleDocument, RuleSetDocument } from "../src/rules/document.ts";
import { ask, type Answer } from "./ask.ts";

/** A replica with the rules' API only. Close it with `server.close()`. */
export interface RulesApp extends Pick<App, "server"> {
  rules: Rules;
}

export async function rulesOn(url: string, env: Record<string, string> = {}): Promise<RulesApp> {
  const config = readConfig({
    DATABASE_URL: url,
    LOG_LEVEL: "silent",
    AUTHENTICATION: "open",
    REPLICA: "test",
    ...env,
  });
  const server = createServer(config);
  const pools = openPools(config, server.log);
  const log = server.log;
  const cache =
    config.cacheUrl === undefined
      ? absentCache(log)
      : openRedis({ url: config.cacheUrl, timeout: config.cacheTimeout, log, name: "test" });
  const { access } = openAccess(config.access, pools.administration, log);
  access.guard(server);
  const rules = createRules({ pool: pools.administration, cache, access, poll: config.rulesPoll, log });
  await server.register(async (scope) => rules.routes(scope.withTypeProvider<TypeBoxTypeProvider>()));
  server.addHook("onReady", () => rules.start());
  server.addHook("onClose", async () => {
    await rules.stop();
    cache.close();
    await pools.close();
  });
  await server.ready();
  return { server, rules };
}

/** Sends a request in somebody's name. */
export function as(
  actor: string,
  app: Pick<App, "server">,
  method: NonNullable<InjectOptions["method"]>,
  url: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const content = body === undefined ? {} : { payload: JSON.stringify(body) };
  const type = body === undefined ? {} : { "content-type": "application/json" };
  return ask(app, { method, url, headers: { "x-actor": actor, ...type, ...headers }, ...content });
}

export function rule(id: string, changes: Partial<RuleDocument> = {}): RuleDocument {
  return {
    id,
    expression: "major > 1000.0",
    outcome: "review",
    reason: { code: `${id}_hit`, message: "is much", pointer: "/instructedAmount/value" },
    whenAway: "open",
    ...changes,
  };
}

export function ruleSet(rules: readonly RuleDocument[] = [rule("large")], name = "test"): RuleSetDocument {
  return { name, scheme: "cases", rules: [...rules] };
}

/** Alice writes a draft; its number and entity tag. */
export async function draft(
  app: Pick<App, "server">,
  document = ruleSet(),
): Promise<{ version: number; etag: string }> {
  const { body, headers } = await as("alice", app, "POST", "/v1/rule-sets", { document });
  return { version: body["version"] as number, etag: headers["etag"] as string };
}

export async function liveVersion(app: Pick<App, "server">): Promise<number> {
  return (await as("alice", app, "GET", "/v1/rule-sets/live")).body["version"] as number;
}

/** Alice writes a version, and Bob makes it live; its number. */
export async function publish(app: Pick<App, "server">, document = ruleSet()): Promise<number> {
  const { version, etag } = await draft(app, document);
  const replaces = await liveVersion(app);
  const { status } = await as(
    "bob",
    app,
    "POST",
    `/v1/rule-sets/${version}/publish`,
    { replaces },
    { "if-match": etag },
  );
  if (status !== 200) throw new Error(`version ${version} was not published: ${status}`);
  return version;
}
