import type { VerifyReport } from "../report.ts";
import { fit } from "./markdown/fit.ts";
import { type Section, sectionsOf } from "./markdown/sections.ts";
import { plain, plainInHtml } from "./markdown/text.ts";
import { circumstances, verdictOf } from "./sentences.ts";

/** A comment that is longer is refused by GitHub: "Body is too long (maximum is 65536 characters)". */
const MOST = 65_536;
/** For what stands between the parts. */
const BETWEEN = 100;

/** The report for a pull request: what fails, what changed, and the rest folded away, in as much as a comment may hold. */
export function renderMarkdown(report: VerifyReport): string {
  const { architecture, environment, counts } = report;
  const { fails, inconclusive, holds } = counts;
  const head = [
    `## Plumbline: ${plain(architecture)}, ${plain(environment)}`,
    `**${plain(verdictOf(report))}** Checks: ${fails} fail, ${inconclusive} inconclusive, ${holds} hold.`,
    plain(circumstances(report)),
  ].join("\n\n");
  // Room that a section does not need is the next one's.
  let room = 0;
  const sections = sectionsOf(report, MOST - head.length - BETWEEN).map((section) => {
    room += section.room;
    const text = render(section, room);
    room -= text.length;
    return text;
  });
  return `${[head, ...sections].join("\n\n")}\n`;
}

function render({ heading, isFolded, head, lines }: Section, room: number): string {
  const [before, after] = isFolded
    ? [`<details>\n<summary>${plainInHtml(heading)}</summary>\n\n`, "\n\n</details>"]
    : [`### ${plain(heading)}\n\n`, ""];
  const around = before.length + head.length + after.length;
  return `${before}${head}${fit(lines, room - around)}${after}`;
}
