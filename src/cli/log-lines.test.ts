import { describe, expect, it } from "vitest";
import { renderLine } from "./log-lines.ts";

describe("renderLine", () => {
  it.each([
    [
      '{"level":30,"time":1795184755765,"zone":"us-east-1a","msg":"Server listening"}',
      "14:25:55.765 Server listening zone=us-east-1a",
    ],
    [
      '{"time":"2026-11-20T14:25:55.765Z","level":"warning","part":"api-1","message":"ended"}',
      "14:25:55.765 api-1 ended",
    ],
    ["2026-11-20 14:25:55 UTC [12] LOG:  starting", "2026-11-20 14:25:55 UTC [12] LOG:  starting"],
    ['{"a":1}', '{"a":1}'],
    ['{"msg":', '{"msg":'],
    ['{"msg":"x","time":"never"}', "x"],
  ])("renders %s", (line, rendered) => {
    expect(renderLine(line)).toBe(rendered);
  });
});
