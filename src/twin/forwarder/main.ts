// The forwarder of one zone: a child process of the supervisor, which tells it its routes over Node's IPC.
import { Forwarder } from "./forwarder.ts";
import type { Answer, Request } from "./messages.ts";

const forwarder = new Forwarder();
let last: Promise<void> = Promise.resolve();

// One after another: a list of routes is in force before the next message is looked at.
process.on("message", (request: Request) => {
  last = last.then(async () => answer({ id: request.id, ...(await forwarder.handle(request)) }));
});

function answer(message: Answer): void {
  // A supervisor that was killed has no use for an answer; "disconnect" follows.
  process.send?.(message, undefined, undefined, () => {});
}

async function end(): Promise<void> {
  await forwarder.close();
  process.exit(0);
}

process.on("disconnect", end);
process.on("SIGTERM", end);
// A Ctrl-C in the terminal is for the supervisor, which stops its children in order.
process.on("SIGINT", () => {});
