// The gateway: `node services/gateway/src/main.ts`, told everything by its environment.
import { keepYoungSpaceSmall } from "../../proxy/src/young-objects.ts";

keepYoungSpaceSmall();
const { start } = await import("../../proxy/src/start.ts");
const { buildApp } = await import("./app.ts");
const { readConfig } = await import("./config.ts");

await start(readConfig, buildApp);
