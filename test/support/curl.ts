import { spawnSync } from "node:child_process";

/** Whether curl is here and speaks HTTP/2. */
export const hasCurl = /\bHTTP2\b/.test(spawnSync("curl", ["--version"], { encoding: "utf8" }).stdout ?? "");
