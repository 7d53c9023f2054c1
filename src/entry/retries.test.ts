import { createServer } from "node:net";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type FailedAttempt, mayRepeat } from "./retries.ts";
import { balance, type Behaviour, GET, okay, RawTarget, status } from "./test-support.ts";

const POST = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody";

/** Closes its first connection when the second request comes, as if it had closed it just before. */
function closesOnce(answer = "hello"): Behaviour {
  const requests = new WeakMap<object, number>();
  let closed = false;
  return (_, socket) => {
    const count = (requests.get(socket) ?? 0) + 1;
    requests.set(socket, count);
    if (count === 1 || closed) return okay(answer);
    closed = true;
    socket.destroy();
    return undefined;
  };
}

/** A port where nobody listens. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => void server.close(resolve));
  return port;
}

describe("an idle connection that turns out closed", () => {
  test.each([
    ["repeats a safe request", GET, 200],
    ["repeats an idempotent one", "DELETE /a HTTP/1.1\r\nHost: a\r\n\r\n", 200],
    ["repeats an empty body in chunks", chunkedPut("0\r\n\r\n"), 200],
    ["does not repeat one that may change something", POST, 502],
    ["does not repeat a body", POST.replace("POST", "PUT"), 502],
    ["does not repeat a body in chunks", chunkedPut("1\r\na\r\n0\r\n\r\n"), 502],
  ])("%s", async (_, request, expected) => {
    const target = await RawTarget.start(closesOnce());
    const { client, balancer } = await balance([target]);
    await client().write(GET).receives("hello");
    expect(
      status(
        await client()
          .write(request)
          .receives(/hello|<\/html>/),
      ),
    ).toBe(expected);
    const repeated = expected === 200 ? 1 : 0;
    expect(target.requests).toHaveLength(2 + repeated);
    // Byte for byte what was lost, trace and all.
    expect(target.requests.at(-1)).toBe(target.requests[1]);
    expect(balancer.metrics().groups[0]!.retries).toBe(repeated);
  });

  test("sends the request to another target, where there is one", async () => {
    const stale = await RawTarget.start(closesOnce("stale"), "stale");
    const other = await RawTarget.start(() => okay("other"), "other");
    const { client, balancer } = await balance([stale]);
    await client().write(GET).receives("stale");
    balancer.setTargets("group", [stale.described(), other.described()]);
    // Both get a request; whichever the stale one gets is answered by the other.
    for (let count = 0; count < 2; count++)
      expect(await client().write(GET).receives("\r\n\r\n")).toMatch(/other$/);
    expect(balancer.metrics().groups[0]).toMatchObject({ retries: 1, target2xx: 3 });
  });

  test("stays with the target that a session is bound to", async () => {
    const targets = [
      await RawTarget.start(closesOnce("a"), "a"),
      await RawTarget.start(closesOnce("b"), "b"),
    ];
    const stickiness = { kind: "duration", duration: 60_000 } as const;
    const { client } = await balance(targets, { groups: [{ name: "group", stickiness }] });
    const first = await client().write(GET).receives(/[ab]$/);
    const cookie = /Set-Cookie: (AWSALB=[^;]+)/.exec(first)![1]!;
    const again = await client()
      .write(GET.replace("\r\n\r\n", `\r\nCookie: ${cookie}\r\n\r\n`))
      .receives(/[ab]$/);
    expect(again.at(-1)).toBe(first.at(-1));
  });

  test("repeats a request whose body the client holds back until it is asked for", async () => {
    let heads = 0;
    const target = await RawTarget.start();
    const { client } = await balance([target]);
    await client().write(GET).receives("hello");
    target.onData = (text, socket) => {
      if (!text.startsWith("PUT")) socket.write(okay(`got ${text}`));
      else if (heads++ === 0) socket.destroy();
      else socket.write("HTTP/1.1 100 Continue\r\n\r\n");
    };
    const raw = client().write(
      "PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n",
    );
    await raw.receives("100 Continue");
    await raw.write("body").receives("got body");
    expect(heads).toBe(2);
  });

  test("repeats a request once, and then says 502", async () => {
    let asked = 0;
    const target = await RawTarget.start((_, socket) => {
      if (asked++ === 0) return okay("hello");
      socket.destroy();
      return undefined;
    });
    const { client } = await balance([target]);
    await client().write(GET).receives("hello");
    expect(status(await client().write(GET).receives("</html>"))).toBe(502);
    expect(asked).toBe(3);
  });
});

test("answers 502 when the target closes without an answer, and does not repeat the request", async () => {
  const target = await RawTarget.start((_, socket) => void socket.destroy());
  const { client } = await balance([target]);
  expect(status(await client().write(GET).receives("</html>"))).toBe(502);
  expect(status(await client().write(POST).receives("</html>"))).toBe(502);
  expect(target.requests).toHaveLength(2);
});

test("does not repeat what a target has begun to answer", async () => {
  let asked = 0;
  const target = await RawTarget.start((_, socket) => {
    if (asked++ === 0) return okay("hello");
    socket.end("HTTP/1.1 2");
    return undefined;
  });
  const { client } = await balance([target]);
  await client().write(GET).receives("hello");
  expect(status(await client().write(GET).receives("</html>"))).toBe(502);
  expect(asked).toBe(2);
});

test("tries another target where it cannot connect, also with a body, and answers 502 when there is none", async () => {
  const port = await closedPort();
  const target = await RawTarget.start(undefined, "b");
  const dead = { id: "a", host: "127.0.0.1", port, state: "healthy" } as const;
  const { client, balancer } = await balance([dead, target]);
  const raw = client();
  for (let count = 1; count <= 4; count++) {
    await raw.write(POST).until(
      () => raw.text.split("hello").length === count + 1,
      () => raw.text,
    );
  }
  expect(target.requests).toHaveLength(4);
  expect(target.requests.every((request) => request.endsWith("\r\n\r\nbody"))).toBe(true);
  expect(balancer.metrics().groups[0]!.connectionErrors).toBe(4);
  balancer.setTargets("group", [dead]);
  expect(status((await raw.write(POST).receives("</html>")).split("hello").at(-1)!)).toBe(502);
});

test("what may have been done is never done twice", () => {
  const attempt: fc.Arbitrary<FailedAttempt> = fc.record({
    reason: fc.constantFrom("closed", "unreachable", "idle-timeout", "invalid", "deregistered"),
    method: fc.constantFrom("GET", "POST", "PATCH", "PUT", "DELETE", "QUERY"),
    sent: fc.boolean(),
    bodySent: fc.boolean(),
    reused: fc.boolean(),
    answered: fc.boolean(),
    repeated: fc.boolean(),
  });
  fc.assert(
    fc.property(attempt, (failed) => {
      if (!mayRepeat(failed)) return;
      expect(failed).toMatchObject({ reason: "closed", answered: false, repeated: false });
      if (!failed.sent) return;
      expect(failed).toMatchObject({ reused: true, bodySent: false });
      expect(["GET", "PUT", "DELETE"]).toContain(failed.method);
    }),
  );
});

function chunkedPut(body: string): string {
  return `PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${body}`;
}
