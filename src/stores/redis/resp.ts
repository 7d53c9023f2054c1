/** What Redis answers to the commands that a supervisor gives: a text, a number, nothing, or a list of these. */
export type Reply = string | number | null | RedisRefusal | readonly Reply[];

/** An answer that begins with a minus: `-LOADING Redis is loading the dataset in memory`. */
export class RedisRefusal extends Error {
  override readonly name = "RedisRefusal";
}

const LINE_END = "\r\n";

/** A command on the wire. https://redis.io/docs/latest/develop/reference/protocol-spec/ */
export function encodeCommand(words: readonly string[]): string {
  const parts = words.map((word) => `$${Buffer.byteLength(word)}${LINE_END}${word}${LINE_END}`);
  return `*${words.length}${LINE_END}${parts.join("")}`;
}

/**
 * The reply that starts at an offset and where it ends, or null while not all of it has come in.
 * @throws Error where the bytes are none of the protocol: something else than Redis answers there
 */
export function readReply(bytes: Buffer, from = 0): { readonly reply: Reply; readonly end: number } | null {
  const lineEnd = bytes.indexOf(LINE_END, from);
  if (lineEnd === -1) return null;
  const text = bytes.toString("utf8", from + 1, lineEnd);
  const next = lineEnd + LINE_END.length;
  switch (String.fromCharCode(bytes[from] ?? 0)) {
    case "+":
      return { reply: text, end: next };
    case "-":
      return { reply: new RedisRefusal(text), end: next };
    case ":":
      return { reply: count(text), end: next };
    case "$":
      return readText(bytes, next, count(text));
    case "*":
      return readList(bytes, next, count(text));
    default:
      throw new Error("what answers there does not speak Redis's protocol");
  }
}

function readText(bytes: Buffer, from: number, length: number): ReturnType<typeof readReply> {
  if (length < 0) return { reply: null, end: from };
  const end = from + length + LINE_END.length;
  return bytes.length < end ? null : { reply: bytes.toString("utf8", from, from + length), end };
}

function readList(bytes: Buffer, from: number, length: number): ReturnType<typeof readReply> {
  if (length < 0) return { reply: null, end: from };
  const list: Reply[] = [];
  let end = from;
  while (list.length < length) {
    const item = readReply(bytes, end);
    if (item === null) return null;
    list.push(item.reply);
    end = item.end;
  }
  return { reply: list, end };
}

function count(text: string): number {
  if (!/^-?\d{1,15}$/.test(text)) throw new Error("what answers there does not speak Redis's protocol");
  return Number(text);
}
