// The load as a process of its own: told what to send by a message, it answers with what it saw.
import { load, type Load } from "./load.ts";

process.once("message", async (options) => {
  const result = await load(options as Load);
  process.send!(result, () => process.disconnect!());
});
