// Makes one certificate and ends: the library for it takes 35 MiB, which a supervisor would keep for months.
import { issueCertificate, makeAuthority } from "#entry/tls/issue.ts";
import type { IssueRequest } from "./issuer.ts";

process.once("message", async (asked: IssueRequest) => {
  const issued =
    asked.kind === "authority"
      ? await makeAuthority(asked.name, asked.days)
      : await issueCertificate(asked.authority, asked.names, asked.days);
  if (process.connected) process.send!(issued, undefined, undefined, () => process.disconnect!());
});
