// Runs a development tool (vitest, tsc, …) on the pinned Node, after installing what is missing.
import { handOver, installWhatIsMissing } from "./bootstrap.mjs";

installWhatIsMissing();
const [tool, ...args] = process.argv.slice(2);
handOver(tool, args);
