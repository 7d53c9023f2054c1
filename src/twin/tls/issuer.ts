import { fork } from "node:child_process";
import type { Issued } from "#entry/tls/issue.ts";
import { ownProgram } from "../package-root.ts";

/** What the issuing process is asked for, over Node's IPC: keys are in no argument and in no file on the way. */
export type IssueRequest =
  | { readonly kind: "authority"; readonly name: string; readonly days: number }
  | {
      readonly kind: "certificate";
      readonly authority: Issued;
      readonly names: readonly string[];
      readonly days: number;
    };

/** Makes an authority or a certificate in a process of its own, which has ended then. @throws Error when it fails. */
export function issue(request: IssueRequest): Promise<Issued> {
  const issuer = fork(ownProgram("twin/tls/main"), { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  return new Promise((resolve, reject) => {
    let issued: Issued | undefined;
    issuer.once("message", (made: Issued) => (issued = made));
    issuer.once("error", reject);
    issuer.once("exit", (code, signal) => {
      if (issued) resolve(issued);
      else reject(new Error(`the process that makes certificates ended with ${signal ?? `code ${code}`}`));
    });
    issuer.send(request, (error) => (error ? reject(error) : undefined));
  });
}
