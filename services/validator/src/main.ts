// The service: `node services/validator/src/main.ts`, told everything by its environment.
import { keepHeapSmall } from "./small-heap.ts";

keepHeapSmall();
const { readConfigOrExit } = await import("./configure.ts");

// Where several workers share the port, this process only keeps them, and loads nothing of what they do.
if (readConfigOrExit().workers > 1) await import("./workers/primary.ts");
else await import("./serve.ts");
