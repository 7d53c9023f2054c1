#!/usr/bin/env node
import { existsSync } from "node:fs";
import { join } from "node:path";
import { handOver, installWhatIsMissing, pinnedNode, root } from "./bootstrap.mjs";

installWhatIsMissing();
const source = join(root, "src", "cli", "main.ts");
const built = join(root, "dist", "cli", "main.js");
handOver(pinnedNode(), [existsSync(source) ? source : built, ...process.argv.slice(2)]);
