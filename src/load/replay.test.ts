import { expect, it } from "vitest";
import { readOffsets } from "./replay.ts";

const LINE =
  'http 2026-03-01T10:00:01.345678Z app/fargate/1 127.0.0.1:40000 127.7.11.4:8000 0.001 0.002 0.000 200 200 120 400 "GET http://127.0.0.1:8080/healthz HTTP/1.1" "curl/8 2026-01-01T00:00:00.000000Z" - - group "Root=1-1" "-" "-" 0 2026-03-01T10:00:00.250750Z "forward" "-" "-" "127.7.11.4:8000" "200" "-" "-" TID_1\n';

it("reads offsets, in any order, from the first one on", () => {
  expect(readOffsets("20.5\n10\n\n30\n", "times")).toEqual([0, 10.5, 20]);
});

it("reads an access log by when each request came", () => {
  const later = LINE.replace("10:00:00.250750Z", "10:00:00.251000Z").replace(" 0 2026", " - 2026");
  const [first, second] = readOffsets(later + LINE, "access.log");
  expect(first).toBe(0);
  expect(second).toBeCloseTo(0.25, 6);
});

it("names the first line that is neither", () => {
  expect(() => readOffsets("1\n2\nthree\n", "times")).toThrow(
    "times cannot be replayed: its line 3 is neither: three",
  );
  expect(() => readOffsets("\n", "times")).toThrow("it has no lines");
});
