import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { balance, type Balanced, GET, okay, RawTarget } from "../test-support.ts";

/** A field in double quotes, or one without spaces: as the pattern for Athena in AWS's guide has them. */
const FIELD = /"([^"]*)"|(\S+)/g;
const NAMES =
  "type time elb client target request_time target_time response_time elb_status target_status received sent " +
  "request agent cipher protocol group trace domain certificate priority created actions redirect error targets " +
  "statuses classification reason connection";

type Line = Readonly<Record<string, string>>;

interface Logged extends Balanced {
  /** Stops the load balancer. @returns what it has logged. */
  lines(): Promise<Line[]>;
}

async function logged(
  targets: Parameters<typeof balance>[0],
  changes: Parameters<typeof balance>[1] = {},
): Promise<Logged> {
  const folder = mkdtempSync(join(tmpdir(), "plumbline-log-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "access.log");
  const balanced = await balance(targets, { accessLog: { file, name: "app/my/1" }, ...changes });
  return {
    ...balanced,
    async lines() {
      await balanced.balancer.stop(0);
      const text = readFileSync(file, "latin1");
      expect(text).toMatch(/^(?:[\x20-\x7e]+\n)+$/);
      return text.trimEnd().split("\n").map(parsed);
    },
  };
}

function parsed(text: string): Line {
  const fields = [...text.matchAll(FIELD)].map(([, quoted, plain]) => quoted ?? plain!);
  const names = NAMES.split(" ");
  expect(fields).toHaveLength(names.length);
  return Object.fromEntries(names.map((name, index) => [name, fields[index]!]));
}

test("a line has the fields of ALB, and says what happened", async () => {
  const target = await RawTarget.start(() => okay("hello"));
  const { client, lines, port } = await logged([target]);
  const sent = await client()
    .write("GET /a?b HTTP/1.1\r\nHost: www.example.com\r\nUser-Agent: curl/8\r\n\r\n")
    .receives("hello");
  const [line] = await lines();
  const { time, created, trace, connection, client: from, ...rest } = line!;
  expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
  expect(created! <= time!).toBe(true);
  expect(trace).toMatch(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/);
  expect(connection).toMatch(/^TID_[0-9a-f]{32}$/);
  expect(from).toMatch(/^127\.0\.0\.1:\d+$/);
  const address = `127.0.0.1:${target.described().port}`;
  expect(rest).toMatchObject({
    type: "http",
    elb: "app/my/1",
    target: address,
    response_time: "0.000",
    elb_status: "200",
    target_status: "200",
    received: String("GET /a?b HTTP/1.1\r\nHost: www.example.com\r\nUser-Agent: curl/8\r\n\r\n".length),
    sent: String(sent.length),
    request: `GET http://www.example.com:${port}/a?b HTTP/1.1`,
    agent: "curl/8",
    cipher: "-",
    protocol: "-",
    group: "group",
    domain: "-",
    certificate: "-",
    priority: "0",
    actions: "forward",
    redirect: "-",
    error: "-",
    targets: address,
    statuses: "200",
    classification: "-",
    reason: "-",
  });
});

test("logs what never came to a target", async () => {
  const rules = [
    { paths: ["/fixed"], action: { kind: "fixed-response", status: 200, body: "fixed" } },
    { paths: ["/old"], action: { kind: "redirect", status: 301, path: "/new" } },
  ] as const;
  const { client, lines } = await logged([], {
    rules: rules.map((rule) => ({ ...rule, paths: [...rule.paths] })),
  });
  await client().write(GET.replace("/a", "/fixed")).receives("fixed");
  await client().write(GET.replace("/a", "/old")).receives("\r\n\r\n");
  await client().write(GET).receives("</html>");
  await client()
    .write("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n")
    .closes();
  const all = await lines();
  expect(
    all.map(({ elb_status: status, target, actions, priority }) => [status, target, actions, priority]),
  ).toEqual([
    ["200", "-", "fixed-response", "1"],
    ["301", "-", "redirect", "2"],
    ["503", "-", "forward", "0"],
    ["400", "-", "-", "-"],
  ]);
  expect(all[1]!["redirect"]).toMatch(/^http:\/\/example\.com:\d+\/new$/);
  expect(all[3]).toMatchObject({
    classification: "Severe",
    reason: "MultipleContentLength",
    request_time: "-1",
  });
});

test("logs a WebSocket when it is over, and a client that leaves with 460", async () => {
  const target = await RawTarget.start((request) =>
    request.includes("/silent")
      ? undefined
      : "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\nwelcome",
  );
  const { client, lines, balancer } = await logged([target]);
  const socket = client().write(
    "GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n",
  );
  await socket.receives("welcome");
  socket.write("12345").socket.end();
  await socket.closes();
  const gone = client().write(GET.replace("/a", "/silent"));
  await target.until(
    () => target.bytes.includes("/silent"),
    () => target.bytes,
  );
  gone.socket.resetAndDestroy();
  await target.holds(0);
  expect(balancer.metrics().clientsGone).toBe(1);
  const [first, second] = await lines();
  expect(first).toMatchObject({
    type: "ws",
    elb_status: "101",
    target_status: "101",
    sent: String(socket.text.length),
  });
  expect(second).toMatchObject({ elb_status: "460", target_status: "-", target_time: "-1" });
});

test("no request forges a line or a field", async () => {
  const target = await RawTarget.start();
  const { client, lines } = await logged([target]);
  const evil = 'x" "y" \\ \x80\xff %0a%0d';
  await client()
    .write(
      `GET /"a"\\%0d%0a?"b HTTP/1.1\r\nHost: a\r\nUser-Agent: ${evil}\r\nX-Amzn-Trace-Id: A="b" c\r\n\r\n`,
    )
    .receives("hello");
  const [line, ...more] = await lines();
  expect(more).toEqual([]);
  expect(line!["agent"]).toBe("x\\x22 \\x22y\\x22 \\x5c \\x80\\xff %0a%0d");
  expect(line!["request"]).toContain("/\\x22a\\x22\\x5c%0d%0a?\\x22b HTTP/1.1");
  expect(line!["trace"]).toMatch(/;A=\\x22b\\x22 c$/);
});

test.each([
  ["cannot be opened", "/nowhere/at/all/access.log"],
  ["is full", "/dev/full"],
])("goes on where the file %s, and counts what is lost", async (_, file) => {
  const target = await RawTarget.start();
  const { client, balancer } = await balance([target], { accessLog: { file } });
  const raw = client();
  for (let count = 1; count <= 3; count++) {
    await raw.write(GET).until(
      () => raw.text.split("hello").length === count + 1,
      () => raw.text,
    );
  }
  await balancer.stop(0);
  expect(balancer.metrics().accessLogDropped).toBe(3);
});
