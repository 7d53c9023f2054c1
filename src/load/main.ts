// Sends load, as a process of its own: told what to send by a message, it tells each second how it goes, and at the end
// what it saw.
import { Generator } from "./generator.ts";
import type { FromGenerator, ToGenerator } from "./messages.ts";
import { requestMaker } from "./request.ts";

let generator: Generator | undefined;

function tell(message: FromGenerator, then = () => {}): void {
  if (process.connected) process.send!(message, undefined, undefined, then);
}

async function run({ load, request, run }: Extract<ToGenerator, { kind: "run" }>): Promise<void> {
  generator = new Generator(load, requestMaker(request, run), (second) => tell({ kind: "second", second }));
  const last: FromGenerator = await generator.run().then(
    (result) => ({ kind: "result", result }) as const,
    (error: Error) => ({ kind: "failed", message: error.message }) as const,
  );
  tell(last, () => process.disconnect!());
}

process.on("message", (message: ToGenerator) => {
  if (message.kind === "run") void run(message);
  else generator?.stop();
});
// A Ctrl-C in the terminal reaches this process too; whoever started it says what it means.
process.on("SIGINT", () => {});
process.on("disconnect", () => process.exit());
