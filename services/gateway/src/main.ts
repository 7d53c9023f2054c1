// The gateway: `node services/gateway/src/main.ts`, told everything by its environment.
import { start } from "../../proxy/src/start.ts";
import { buildApp } from "./app.ts";
import { readConfig } from "./config.ts";

await start(readConfig, buildApp);
