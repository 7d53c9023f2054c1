#!/usr/bin/env node
import { existsSync } from "node:fs";
import { join } from "node:path";
import { handOver, installWhatIsMissing, pinnedNode, root } from "./bootstrap.mjs";

installWhatIsMissing();
const source = join(root, "src", "cli", "main.ts");
const built = join(root, "dist", "src", "cli", "main.js");
// A user's folder need not have a package.json for Node to know what its files are.
const quiet = "--disable-warning=MODULE_TYPELESS_PACKAGE_JSON";
handOver(pinnedNode(), [quiet, existsSync(source) ? source : built, ...process.argv.slice(2)], {
  channel: true,
});
