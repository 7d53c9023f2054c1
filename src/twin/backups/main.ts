// A process for one piece of work on many bytes: it is told over Node's IPC what to do, says what came of it, and ends.
import { failureOf } from "../failure.ts";
import { doFileWork, type FileWork } from "./file-work.ts";

// The supervisor's folders are passed through by the users that stores run as.
process.umask(0o022);

process.once("message", (work: FileWork) => {
  doFileWork(work).then(
    (result) => end({ result }),
    (error: unknown) => end({ failure: failureOf(error) }),
  );
});
// Whoever asked is gone: nobody wants it any more.
process.on("disconnect", () => process.exit(1));

function end(answer: object): void {
  process.send!(answer, undefined, undefined, () => process.exit(0));
}
