// Relays events and nothing else, told by its environment as a replica is, and kills itself after the step that STOP_AT
// names, when it has come there STOP_COUNT times.
import type { FastifyBaseLogger } from "fastify";

import type { Access } from "../../access/access.ts";
import { absentCache } from "../../cache/absent.ts";
import { openRedis } from "../../cache/redis.ts";
import { readConfig } from "../../config.ts";
import { createInstruments } from "../../observability/instruments.ts";
import { openSealer } from "../../people/people.ts";
import { createEvents } from "../events.ts";

const config = readConfig(process.env);
const log = {
  info: () => {},
  warn: (fields: { err?: Error }, message: string) => console.error(message, fields.err?.message ?? ""),
} as unknown as FastifyBaseLogger;
const { cacheUrl: url, cacheTimeout: timeout } = config;
const cache = url === undefined ? absentCache(log) : openRedis({ url, timeout, log, name: "a relay" });

let left = Number(process.env["STOP_COUNT"] ?? 1);
createEvents({
  config,
  cache,
  // No route is served here.
  access: undefined as unknown as Access,
  sealer: openSealer(config.people, log),
  instruments: createInstruments(),
  log,
  onStep(step) {
    if (step === process.env["STOP_AT"] && --left === 0) process.kill(process.pid, "SIGKILL");
  },
}).start();
