import { readFileSync } from "node:fs";

import { defineScript } from "../cache/redis.ts";

const PARTS = ["common", "logs", "counts", "maximum", "totals", "batch"];

/** Observes a batch of transactions; its arguments and its answer are described in lua/batch.lua. */
export const OBSERVE = defineScript(
  PARTS.map((name) => readFileSync(new URL(`lua/${name}.lua`, import.meta.url), "utf8")).join("\n"),
);
