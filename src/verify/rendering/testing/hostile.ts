import fc from "fast-check";
import type { VerifyReport } from "../../report.ts";

/** The fields that hold text which others wrote: of a document, of an architecture, of a page's address. */
const TEXTS: ReadonlySet<string> = new Set(
  [
    "id title objective claim claimDocument part says remedy page asOf declared runs reason component name",
    "assumption about decision text architecture environment region document against at plumbline node machine",
  ].flatMap((names) => names.split(" ")),
);

/** The report with something added to every text in it. What was the same text before is so afterwards. */
export function withTexts(report: VerifyReport, added: string): VerifyReport {
  return JSON.parse(JSON.stringify(report), (key, value: unknown) =>
    typeof value === "string" && TEXTS.has(key) ? value + added : value,
  ) as VerifyReport;
}

/** What somebody might write into a document so that a page or a comment does something else. */
const ATTEMPTS = [
  "<script>alert(1)</script>",
  `"><img src=x onerror=alert(1)>`,
  "'--><svg onload=alert(1)>",
  "</style></title></script><h1>",
  "&lt;b&gt; &amp; &#60;",
  "javascript:alert(1)",
  "\n\n</details>\n\n# x | y | `z` | **b** | ~~s~~ | [a](https://example.com)",
  "@everyone #1 $x$ <!-- ",
  "\u202E\u0000\uD800",
];

export const hostileText = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom(...ATTEMPTS));
/** Each of them is tried. */
export const examples = ATTEMPTS.map((text): [string] => [text]);
