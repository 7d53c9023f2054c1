import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync, statSync } from "node:fs";
import { connect as connectHttp2 } from "node:http2";
import { type AddressInfo, createServer, type Server } from "node:net";
import { join } from "node:path";
import { connect as connectTls, type ConnectionOptions } from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { needs } from "#stores/testing.ts";
import type { TwinStatus } from "#twin/status.ts";
import { hasCurl } from "../support/curl.ts";
import { linuxOnly } from "../support/needs.ts";
import { writeArchitecture } from "../support/own-architecture.ts";
import { Project } from "../support/project.ts";

const curl = needs({ name: "curl", met: hasCurl, otherwise: "curl with HTTP/2 is not here" });

/** What a target sees of a request, and the zone that it is in. */
interface Seen {
  readonly zone: string;
  readonly protocol: string;
  readonly port: string;
  readonly host: string;
}

const MIRROR = `import { createServer } from "node:http";
createServer(({ headers }, response) => {
  const { host, "x-forwarded-proto": protocol, "x-forwarded-port": port } = headers;
  response.end(JSON.stringify({ zone: process.env.ZONE, protocol, port, host }));
}).listen(Number(process.env.PORT), process.env.HOST);
`;

const LISTENERS = [
  { port: 80, protocol: "http", action: "redirect-to-https" },
  { port: 443, protocol: "https", minimumTls: "1.3" },
];

describe.skipIf(linuxOnly.skipped)(`a twin with https listeners${linuxOnly.why}`, () => {
  let project: Project;
  let up: TwinStatus;
  let plain: string;
  let secure: string;
  let authority: string;

  beforeAll(async () => {
    project = new Project();
    writeArchitecture(project, {
      entry: {
        certificate: { domain: "shop.example.com", alternativeNames: ["*.shop.example.com"] },
        loadBalancer: { listeners: LISTENERS, crossZone: false },
      },
      // Two in the first zone, and one in the second.
      services: { web: { command: ["node", "mirror.mjs"], replicas: { min: 3, desired: 3, max: 4 } } },
    });
    project.write("mirror.mjs", MIRROR);
    up = await project.up();
    [plain, secure] = up.loadBalancer.listeners as [string, string];
    authority = up.loadBalancer.authority as string;
  });
  afterAll(() => project[Symbol.asyncDispose]());

  it("is reached where a listener leads to services, and says which authority to trust", () => {
    expect(up.endpoint).toBe(secure);
    expect(plain).toMatch(/^http:\/\/127\.0\.0\.1:80\d\d$/);
    expect(secure).toMatch(/^https:\/\/127\.0\.0\.1:84\d\d$/);
    expect(authority).toBe(join(project.folder, "authority", "ca.pem"));
    for (const file of [join(project.folder, "authority", "ca-key.pem"), project.state(up.name).certificate])
      expect((statSync(file).mode & 0o777).toString(8)).toBe("600");
  });

  it("redirects to https with host, path and query as they were", async () => {
    const { port } = new URL(secure);
    const response = await fetch(`${plain}/a/b?c=d`, { redirect: "manual" });
    expect([response.status, response.headers.get("location")]).toEqual([301, `${secure}/a/b?c=d`]);
    const followed = await seen(`${plain.replace("127.0.0.1", "localhost")}/a`);
    expect(followed).toMatchObject({ protocol: "https", port, host: `localhost:${port}` });
  });

  it("speaks HTTP/2 to those who can, and says so to nobody else", async () => {
    const session = connectHttp2(secure, { ca: readFileSync(authority) });
    const text = await new Promise<string>((resolve, reject) => {
      session.on("error", reject);
      const stream = session.request({ ":path": "/" });
      let body = "";
      stream.setEncoding("utf8").on("data", (part: string) => (body += part));
      stream.on("error", reject).on("end", () => resolve(body));
    });
    session.close();
    expect(JSON.parse(text)).toMatchObject({ protocol: "https", host: new URL(secure).host });
  });

  it("has a certificate for the architecture's domains, and refuses what is below the declared TLS", async () => {
    const ca = readFileSync(authority);
    expect(await shake(secure, { ca, servername: "shop.example.com" })).toBe("TLSv1.3");
    expect(await shake(secure, { ca, servername: "www.shop.example.com" })).toBe("TLSv1.3");
    expect(await shake(secure, { ca, servername: "other.example.com" })).toBe("ERR_TLS_CERT_ALTNAME_INVALID");
    expect(await shake(secure, { ca: [], servername: "shop.example.com" })).toMatch(/^UNABLE_TO_/);
    expect(await shake(secure, { ca, maxVersion: "TLSv1.2" })).toBe("ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION");
  });

  it("has a node in each zone that serves the targets of its zone alone", async () => {
    for (const { name, listeners } of up.zones) {
      expect(listeners.map((url) => new URL(url).port)).toEqual(
        [plain, secure].map((url) => new URL(url).port),
      );
      const answers = await Promise.all(Array.from({ length: 6 }, () => seen(listeners[1] as string)));
      expect(new Set(answers.map(({ zone }) => zone))).toEqual(new Set([name]));
    }
    expect(up.zones.map(({ listeners }) => new URL(listeners[1] as string).hostname)).toEqual([
      expect.stringMatching(/^127\.\d+\.1\.4$/),
      expect.stringMatching(/^127\.\d+\.2\.4$/),
    ]);
  });

  it("leads clients to the zones in equal shares, however many targets each has", async () => {
    const zones: string[] = [];
    for (let count = 0; count < 8; count++) zones.push((await seen(secure)).zone);
    expect(zones.filter((zone) => zone === "us-east-1a")).toHaveLength(4);
  });

  it("has the same authority and certificate when it comes up again, at the ports that the user wants", async () => {
    const { certificate } = project.state(up.name);
    const before = [readFileSync(authority, "utf8"), readFileSync(certificate, "utf8")];
    await project.json(["down"]);
    const first = await twoFreePorts();
    const again = await project.up("--port", String(first));
    expect([readFileSync(authority, "utf8"), readFileSync(certificate, "utf8")]).toEqual(before);
    expect(again.loadBalancer.listeners).toEqual([
      `http://127.0.0.1:${first}`,
      `https://127.0.0.1:${first + 1}`,
    ]);
    expect(await seen(`http://127.0.0.1:${first}`)).toMatchObject({ port: String(first + 1) });
  });

  it.skipIf(curl.skipped)(`shows a request with curl that works${curl.why}`, async () => {
    const { stdout } = await project.run(["status"]);
    const command = /over TLS with (?<command>curl .*)/.exec(stdout)?.groups?.["command"] as string;
    const text = execFileSync(
      "sh",
      ["-c", `${command} --silent --show-error --http2 -w ' %{http_version}'`],
      {
        encoding: "utf8",
      },
    );
    expect(text).toMatch(/"protocol":"https".* 2$/);
  });

  it("is shown in a browser by `open`, and printed where there is none", async () => {
    const { endpoint } = await project.status(up.name);
    const page = join(project.folder, "page");
    project.write("browser", `printf %s "$1" > '${page}'\n`);
    const browser = `sh ${join(project.folder, "browser")}`;
    const opened = await project.json<object>(["open", "own"], { BROWSER: browser });
    expect(opened).toEqual({ schemaVersion: 1, name: up.name, url: endpoint, browser: "sh" });
    expect(project.read("page")).toBe(endpoint);

    const headless = { BROWSER: "", DISPLAY: "", WAYLAND_DISPLAY: "" };
    const { code, stdout, stderr } = await project.run(["open"], headless);
    expect([code, stdout]).toEqual([0, `${endpoint}\n`]);
    expect(stderr).toContain("no screen");
  });
});

async function seen(url: string): Promise<Seen> {
  return (await (await fetch(url)).json()) as Seen;
}

/** The first of two ports in a row that nobody has. */
async function twoFreePorts(): Promise<number> {
  for (;;) {
    await using first = await listening(0);
    const { port } = first.address() as AddressInfo;
    await using second = await listening(port + 1).catch(() => null);
    if (second) return port;
  }
}

async function listening(port: number): Promise<Server> {
  const server = createServer().listen(port, "127.0.0.1");
  await once(server, "listening");
  return server;
}

/** The version of TLS that is agreed on, or the code of what was wrong. */
function shake(url: string, options: ConnectionOptions): Promise<string> {
  const { hostname: host, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connectTls({ host, port: Number(port), ...options }, () => {
      resolve(socket.getProtocol() ?? "none");
      socket.destroy();
    });
    socket.on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  });
}
