import type { MessageRefused } from "../http/refused.ts";

/**
 * How ALB's desync mitigation calls what was wrong with a request. What has no name there is
 * "NonCompliantHeader" and the like to ALB, which lets it pass; here it is refused all the same.
 * Source: "Access logs for your Application Load Balancer", Classification reasons.
 */
const CLASSIFIED: readonly (readonly [
  reason: RegExp,
  tier: "Acceptable" | "Ambiguous" | "Severe",
  code: string,
])[] = [
  [/^both Content-Length and Transfer-Encoding/, "Ambiguous", "BothTeClPresent"],
  [/^more than one Content-Length/, "Severe", "MultipleContentLength"],
  [/Content-Length/, "Severe", "BadContentLength"],
  [/^more than one Transfer-Encoding/, "Severe", "MultipleTransferEncodingChunked"],
  [/^Transfer-Encoding in HTTP\/1\.0/, "Ambiguous", "UndefinedTransferEncodingSemantics"],
  [/Transfer-Encoding/, "Severe", "BadTransferEncoding"],
  [/^the method/, "Severe", "BadMethod"],
  [/^the target/, "Severe", "BadUri"],
  [/version|HTTP\/1\.1/, "Severe", "BadVersion"],
  [/CR without LF|control character|field/, "Severe", "BadHeader"],
];

/** The fields "classification" and "classification_reason". */
export function classification(refused: MessageRefused | undefined): string {
  if (refused === undefined) return '"-" "-"';
  const found = CLASSIFIED.find(([reason]) => reason.test(refused.message));
  return found === undefined ? '"-" "-"' : `"${found[1]}" "${found[2]}"`;
}
