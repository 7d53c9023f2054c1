import fc from "fast-check";
import { expect, it } from "vitest";
import { encodeCommand, readReply, RedisRefusal, type Reply } from "./resp.ts";

const read = (text: string) => readReply(Buffer.from(text));

it("writes a command as a list of texts, counted in bytes", () => {
  expect(encodeCommand(["AUTH", "plumbline", "pä"])).toBe(
    "*3\r\n$4\r\nAUTH\r\n$9\r\nplumbline\r\n$3\r\npä\r\n",
  );
});

it("reads each kind of reply", () => {
  expect(read("+PONG\r\n")?.reply).toBe("PONG");
  expect(read(":-12\r\n")?.reply).toBe(-12);
  expect(read("$4\r\na\r\nb\r\n")?.reply).toBe("a\r\nb");
  expect(read("$-1\r\n")?.reply).toBeNull();
  expect(read("*2\r\n$1\r\na\r\n*1\r\n:1\r\n")?.reply).toEqual(["a", [1]]);
  expect(read("-LOADING Redis is loading\r\n")?.reply).toEqual(new RedisRefusal("LOADING Redis is loading"));
});

it("refuses what is not Redis", () => {
  expect(() => read("HTTP/1.1 400 Bad Request\r\n")).toThrow("does not speak Redis's protocol");
  expect(() => read("$1e3\r\n")).toThrow("does not speak Redis's protocol");
});

const replies = fc.letrec<{ reply: Reply }>((tie) => ({
  reply: fc.oneof(
    { maxDepth: 3 },
    fc.string({ unit: "binary" }),
    fc.integer(),
    fc.constant(null),
    fc.array(tie("reply"), { maxLength: 4 }),
  ),
})).reply;

function encode(reply: Reply): string {
  if (reply === null) return "$-1\r\n";
  if (typeof reply === "number") return `:${reply}\r\n`;
  if (typeof reply === "string") return `$${Buffer.byteLength(reply)}\r\n${reply}\r\n`;
  return Array.isArray(reply) ? `*${reply.length}\r\n${reply.map(encode).join("")}` : "";
}

it("reads any reply once all of it has come in, and not before", () => {
  fc.assert(
    fc.property(replies, fc.nat(), fc.string(), (reply, at, behind) => {
      const bytes = Buffer.from(encode(reply));
      expect(readReply(bytes.subarray(0, at % bytes.length))).toBeNull();
      expect(readReply(Buffer.concat([bytes, Buffer.from(behind)]))).toEqual({ reply, end: bytes.length });
    }),
  );
});
