import { type ChildProcess, fork, spawn, spawnSync } from "node:child_process";
import { openSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { FromBalancer, ToBalancer } from "#entry/messages.ts";
import { NODE_OPTIONS } from "#entry/node-options.ts";
import { issueCertificate, makeAuthority } from "#entry/tls/issue.ts";

/** The one that is measured has a processor of its own; the backend and the generator share the other. */
export const FRONT_CPU = "0";
export const OTHER_CPU = "1";

const BACKEND = 19_100;
const PATHS = { ...process.env, PATH: `${process.env["PATH"] ?? ""}:/usr/sbin` };

export interface Front {
  readonly name: string;
  readonly port: number;
  readonly tlsPort: number;
  readonly pid: number;
}

/** What stands between clients and the same backend, each with one thread, rewritten headers and an access log. */
export async function startAll(
  folder: string,
): Promise<{ fronts: readonly Front[]; backend: number; stop(): void }> {
  const authority = await makeAuthority("bench", 2);
  const { certificate, key } = await issueCertificate(authority, ["127.0.0.1", "localhost"], 2);
  writeFileSync(join(folder, "both.pem"), certificate + key);
  const children: ChildProcess[] = [startNginx(folder, "backend", backend(folder), OTHER_CPU)];
  const fronts: Front[] = [];
  const add = (name: string, child: ChildProcess, port: number): void => {
    children.push(child);
    fronts.push({ name, port, tlsPort: port + 1, pid: child.pid! });
  };
  add("plumbline", await startPlumbline(folder, 19_110, { certificate, key }), 19_110);
  add("haproxy", startHaproxy(folder, 19_120), 19_120);
  add("nginx", startNginx(folder, "front", nginxFront(folder, 19_130), FRONT_CPU), 19_130);
  for (const port of [BACKEND, ...fronts.flatMap((front) => [front.port, front.tlsPort])])
    await listens(port);
  return { fronts, backend: BACKEND, stop: () => children.forEach((child) => child.kill("SIGTERM")) };
}

export function isMissing(program: string): boolean {
  return spawnSync("which", [program], { env: PATHS }).status !== 0;
}

async function startPlumbline(
  folder: string,
  port: number,
  certificate: { certificate: string; key: string },
): Promise<ChildProcess> {
  const child = fork(new URL("../src/entry/main.ts", import.meta.url), { execArgv: [...NODE_OPTIONS] });
  spawnSync("taskset", ["-acp", FRONT_CPU, String(child.pid)]);
  const action = { kind: "forward", group: "all" } as const;
  const listener = { host: "127.0.0.1", rules: [], defaultAction: action };
  const messages: ToBalancer[] = [
    {
      kind: "configure",
      configuration: {
        listeners: [
          { ...listener, name: "http", port },
          { ...listener, name: "https", port: port + 1, tls: { certificates: [certificate] } },
        ],
        accessLog: { file: join(folder, "plumbline.log") },
      },
    },
    {
      kind: "targets",
      group: "all",
      targets: [{ id: "a", host: "127.0.0.1", port: BACKEND, state: "healthy" }],
    },
  ];
  for (const message of messages) {
    child.send(message);
    await new Promise<void>((resolve, reject) => {
      child.on("message", (answer: FromBalancer) => {
        if (answer.kind === "configured") resolve();
        if (answer.kind === "failed") reject(new Error(answer.message));
      });
    });
    child.removeAllListeners("message");
  }
  return child;
}

function startHaproxy(folder: string, port: number): ChildProcess {
  const file = join(folder, "haproxy.cfg");
  writeFileSync(
    file,
    `global
  nbthread 1
  maxconn 2000
  log stdout format raw local0
defaults
  mode http
  log global
  option httplog
  timeout client 60s
  timeout server 60s
  timeout connect 10s
  unique-id-format Root=1-%{+X}Ts-%{+X}o%ci%cp%rt
frontend all
  bind 127.0.0.1:${port}
  bind 127.0.0.1:${port + 1} ssl crt ${join(folder, "both.pem")} alpn h2,http/1.1
  option forwardfor
  unique-id-header X-Amzn-Trace-Id
  http-request set-header X-Forwarded-Proto http
  http-request set-header X-Forwarded-Port ${port}
  default_backend all
backend all
  http-reuse always
  server one 127.0.0.1:${BACKEND}
`,
  );
  const log = openSync(join(folder, "haproxy.log"), "a");
  const args = ["-c", FRONT_CPU, "haproxy", "-db", "-f", file];
  return spawn("taskset", args, { env: PATHS, stdio: ["ignore", log, log] });
}

function startNginx(folder: string, name: string, configuration: string, cpu: string): ChildProcess {
  const file = join(folder, `${name}.conf`);
  writeFileSync(file, configuration);
  const args = ["-c", cpu, "nginx", "-c", file, "-e", join(folder, `${name}.error`)];
  return spawn("taskset", args, { env: PATHS, stdio: "ignore" });
}

const NGINX = (folder: string, name: string): string => `daemon off;
master_process off;
pid ${join(folder, `${name}.pid`)};
events { worker_connections 4000; multi_accept on; }
`;

function backend(folder: string): string {
  return `${NGINX(folder, "backend")}http {
  access_log off;
  keepalive_requests 100000000;
  client_body_buffer_size 16k;
  server { listen 127.0.0.1:${BACKEND} backlog=4096; location / { return 200 "${"x".repeat(200)}"; } }
}
`;
}

function nginxFront(folder: string, port: number): string {
  return `${NGINX(folder, "front")}http {
  access_log ${join(folder, "nginx.log")} combined buffer=64k flush=1s;
  keepalive_requests 100000000;
  ssl_certificate ${join(folder, "both.pem")};
  ssl_certificate_key ${join(folder, "both.pem")};
  upstream all { server 127.0.0.1:${BACKEND}; keepalive 128; keepalive_requests 100000000; }
  server {
    listen 127.0.0.1:${port} backlog=4096;
    listen 127.0.0.1:${port + 1} ssl http2 backlog=4096;
    location / {
      proxy_pass http://all;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header X-Forwarded-Proto $scheme;
      proxy_set_header X-Forwarded-Port $server_port;
      proxy_set_header X-Amzn-Trace-Id "Root=1-$request_id";
    }
  }
}
`;
}

async function listens(port: number): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, "127.0.0.1", () => resolve(true)).on("error", () => resolve(false));
      socket.unref().on("connect", () => socket.destroy());
    });
    if (open) return;
    await delay(50);
  }
  throw new Error(`Nobody listens on ${port}.`);
}
