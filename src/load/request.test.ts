import { describe, expect, it } from "vitest";
import { jsonBody, requestMaker } from "./request.ts";

const HOST = { host: "127.0.0.1:8080", method: "POST", path: "/v1/orders" };
const bodyOf = (request: string) => request.slice(request.indexOf("\r\n\r\n") + 4);
const lengthOf = (request: string) => Number(/content-length: (\d+)/.exec(request)?.[1]);

describe("a request", () => {
  it("has a number of its own, which begins with its run's, and the length that this gives", () => {
    const make = requestMaker(
      { ...HOST, path: "/v1/${NUMBER}", body: jsonBody({ id: "A-${NUMBER}" }) },
      "17",
    );
    expect(make(5)).toContain("POST /v1/17000000005 HTTP/1.1\r\n");
    expect(bodyOf(make(5))).toBe('{"id":"A-17000000005"}');
    expect(lengthOf(make(5))).toBe(bodyOf(make(5)).length);
  });

  it("has a UUID of its own and the time, and what is not ASCII counts by its bytes", () => {
    const make = requestMaker({ ...HOST, body: jsonBody({ id: "${UUID}", at: "${NOW}", name: "Zoë" }) }, "1");
    expect(bodyOf(make(1))).not.toBe(bodyOf(make(2)));
    const sent = Buffer.from(bodyOf(make(3)), "latin1");
    expect(JSON.parse(sent.toString("utf8"))).toMatchObject({ name: "Zoë" });
    expect(lengthOf(make(3))).toBe(sent.length);
  });

  it("without placeholders is always the same, also without a body", () => {
    const make = requestMaker({ ...HOST, method: "GET", body: null }, "1");
    expect(make(1)).toBe(make(2));
    expect(make(1)).not.toContain("content-length");
  });
});
