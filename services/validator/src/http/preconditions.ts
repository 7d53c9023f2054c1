import { Problem } from "./problems.ts";

/** Whether an If-Match or If-None-Match header names the entity tag (RFC 9110, section 13.1). */
function names(header: string, etag: string): boolean {
  return header.split(",").some((part) => [etag, "*"].includes(part.trim()));
}

/** What was read must be what is there: throws 428 without If-Match and 412 where it names another entity tag. */
export function requireMatch(header: string | undefined, etag: string): void {
  if (header === undefined) {
    throw new Problem("precondition_required", [
      {
        code: "precondition_required",
        message: `must have an If-Match header, such as ${etag}`,
        pointer: "",
      },
    ]);
  }
  allowMatch(header, etag);
}

/** As `requireMatch`, where the header may be left out. */
export function allowMatch(header: string | undefined, etag: string): void {
  if (header === undefined || names(header, etag)) return;
  throw new Problem("precondition_failed", [
    { code: "precondition_failed", message: `is now ${etag}: read it again`, pointer: "" },
  ]);
}

/** Whether the client has this already, so that 304 is the answer. */
export function isKnown(ifNoneMatch: string | undefined, etag: string): boolean {
  return ifNoneMatch !== undefined && names(ifNoneMatch, etag);
}
