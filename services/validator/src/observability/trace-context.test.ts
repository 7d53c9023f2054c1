import { expect, test } from "vitest";

import { readCallerTrace } from "./trace-context.ts";

const traceId = "0af7651916cd43dd8448eb211c80319c";
const spanId = "b7ad6b7169203331";

test.each([
  [`00-${traceId}-${spanId}-01`, { traceId, spanId, isSampled: true }],
  [`00-${traceId}-${spanId}-00`, { traceId, spanId, isSampled: false }],
  [`cc-${traceId}-${spanId}-03-more`, { traceId, spanId, isSampled: true }],
  [`ff-${traceId}-${spanId}-01`, undefined],
  [`00-${"0".repeat(32)}-${spanId}-01`, undefined],
  [`00-${traceId}-${"0".repeat(16)}-01`, undefined],
  [`00-${traceId.toUpperCase()}-${spanId}-01`, undefined],
  [`00-${traceId}-${spanId}`, undefined],
  ["", undefined],
])("traceparent %s", (traceparent, expected) => {
  expect(readCallerTrace({ traceparent })).toEqual(expected);
});

const root = `1-${traceId.slice(0, 8)}-${traceId.slice(8)}`;

test.each([
  [`Root=${root}`, { traceId, spanId: undefined, isSampled: undefined }],
  [`Self=${root};Root=${root};Parent=${spanId};Sampled=1`, { traceId, spanId, isSampled: true }],
  [`Root=${root};Parent=${spanId};Sampled=0`, { traceId, spanId, isSampled: false }],
  [`Root=${root};Sampled=?`, { traceId, spanId: undefined, isSampled: undefined }],
  ["Root=1-00000000-000000000000000000000000", undefined],
  ["Root=nonsense", undefined],
])("X-Amzn-Trace-Id %s", (header, expected) => {
  expect(readCallerTrace({ "x-amzn-trace-id": header })).toEqual(expected);
});
