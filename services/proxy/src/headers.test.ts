import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { addForwarded, endToEnd } from "./headers.ts";

describe("the fields that go on", () => {
  test("are those that are for the end, and not for this connection", () => {
    const sent = {
      host: "api.example.com",
      connection: "close, X-Trace, Authorization",
      "x-trace": "1",
      authorization: "Bearer a.b.c",
      te: "trailers",
      "transfer-encoding": "chunked",
      upgrade: "h2c",
      "http2-settings": "AAMAAABkAARAAAAAAAIAAAAA",
      expect: "100-continue",
      accept: "application/json",
    };
    expect(endToEnd(sent)).toEqual({
      host: "api.example.com",
      authorization: "Bearer a.b.c",
      accept: "application/json",
    });
  });

  test("are those of where a request came from, which no client takes away from what the load balancer said", () => {
    const said = { "x-forwarded-for": "203.0.113.7", "x-forwarded-proto": "https", "x-api-key": "vk_a" };
    expect(endToEnd({ ...said, connection: Object.keys(said).join(", ") })).toEqual(said);
  });

  test("never hold one of one connection, whatever Connection says", () => {
    const name = fc.constantFrom("te", "keep-alive", "connection", "trailer", "x-a", "x-b", "content-length");
    fc.assert(
      fc.property(fc.array(name), fc.array(name), (present, connection) => {
        const headers = Object.fromEntries(present.map((each) => [each, "1"]));
        const kept = endToEnd({ ...headers, connection: connection.join(", ") });
        const allowed = present.filter((each) => each.startsWith("x-") && !connection.includes(each));
        const length = present.includes("content-length") ? ["content-length"] : [];
        expect(Object.keys(kept).toSorted()).toEqual([...new Set([...allowed, ...length])].toSorted());
      }),
    );
  });
});

describe("where a request came from", () => {
  const said = {
    host: "api.example.com",
    "x-forwarded-for": "203.0.113.7",
    "x-forwarded-proto": "https",
    "x-forwarded-port": "443",
    "x-forwarded-host": "www.example.com",
    forwarded: "for=1.2.3.4",
  };

  test("is what a trusted hop says, and that hop", () => {
    const headers = { ...said };
    addForwarded(headers, { remote: "10.0.0.9", client: "203.0.113.7", isTrusted: true });
    expect(headers).toEqual({
      ...said,
      "x-forwarded-for": "203.0.113.7, 10.0.0.9",
      forwarded: "for=203.0.113.7;proto=https",
    });
  });

  test("is the hop itself where it is not trusted", () => {
    const headers = { ...said };
    addForwarded(headers, { remote: "2001:db8::7", client: "2001:db8::7", isTrusted: false });
    expect(headers).toEqual({
      host: "api.example.com",
      "x-forwarded-for": "2001:db8::7",
      "x-forwarded-proto": "http",
      "x-forwarded-host": "api.example.com",
      forwarded: 'for="[2001:db8::7]";proto=http',
    });
  });
});
