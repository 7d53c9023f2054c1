import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { configurationSchema } from "#entry/configuration.ts";
import type { Architecture } from "#model/architecture.ts";
import { resolve } from "#model/resolve.ts";
import { smallWith } from "#model/testing/small.ts";
import autoscalingGroup from "../../architectures/autoscaling-group/architecture.ts";
import fargate from "../../architectures/fargate/architecture.ts";
import microservices from "../../architectures/microservices/architecture.ts";
import threeTier from "../../architectures/three-tier/architecture.ts";
import transactionValidator from "../../architectures/transaction-validator/architecture.ts";
import { type BalancerSurroundings, balancerConfiguration, listenerPorts } from "./balancer-configuration.ts";

const CERTIFICATE = { certificate: "a certificate", key: "its key" };
const NODES = [
  { zone: "us-east-1a", host: "127.7.1.4" },
  { zone: "us-east-1b", host: "127.7.2.4" },
];
const state = { accessLog: "/state/access.log", cookieSecret: "x".repeat(32) };

function configuredFor(architecture: Architecture, changes: Partial<BalancerSurroundings> = {}) {
  const { loadBalancer } = resolve(architecture, "production").entry;
  const declared = loadBalancer.listeners.map(({ port }) => port);
  const ports = listenerPorts(declared, null, 0);
  return balancerConfiguration(loadBalancer, {
    ports,
    nodes: [],
    certificate: CERTIFICATE,
    state,
    ...changes,
  });
}

function configured(loadBalancer: object, changes: Partial<BalancerSurroundings> = {}) {
  const certificate = { domain: "api.example.com" };
  return configuredFor(smallWith({ entry: { certificate, loadBalancer } }), changes);
}

const HTTPS = { port: 443, protocol: "https", minimumTls: "1.3" };

describe("its listeners", () => {
  it("speak TLS where they are https ones, from the declared version on", () => {
    const { listeners } = configured({ listeners: [{ port: 80, protocol: "http" }, HTTPS] });
    expect(listeners.map(({ name, host, port, tls }) => [name, host, port, tls])).toEqual([
      ["listener-80", "127.0.0.1", 8080, undefined],
      ["listener-443", "127.0.0.1", 8443, { certificates: [CERTIFICATE], minimumVersion: "TLSv1.3" }],
    ]);
  });

  it("redirect to the port that the https listener has here, whatever else the routes say", () => {
    const listeners = [{ port: 80, protocol: "http", action: "redirect-to-https" }, HTTPS];
    const { listeners: made } = configured({ listeners }, { ports: listenerPorts([80, 443], null, 3) });
    expect(made[0]).toMatchObject({
      port: 8083,
      rules: [],
      defaultAction: {
        kind: "redirect",
        status: 301,
        protocol: "https",
        host: "#{host}",
        port: "8446",
        path: "/#{path}",
        query: "#{query}",
      },
    });
    expect(made[1]).toMatchObject({ port: 8446, rules: [{ action: { kind: "forward", group: "api" } }] });
  });

  it("are at the node of each zone too, behind those that clients are told", () => {
    const { listeners } = configured({}, { nodes: NODES });
    expect(listeners.map(({ name, host, port, zone }) => [name, host, port, zone])).toEqual([
      ["listener-80", "127.0.0.1", 8080, undefined],
      ["listener-80-us-east-1a", "127.7.1.4", 8080, "us-east-1a"],
      ["listener-80-us-east-1b", "127.7.2.4", 8080, "us-east-1b"],
    ]);
  });

  it("answer 404 where no route leads", () => {
    expect(configured({}).listeners[0]?.defaultAction).toMatchObject({ kind: "fixed-response", status: 404 });
  });
});

const portsOf = (...given: Parameters<typeof listenerPorts>) => [...listenerPorts(...given).values()];

describe("their ports", () => {
  it("are the declared ones, without those that are root's", () => {
    expect(portsOf([80, 443, 9090], null, 0)).toEqual([8080, 8443, 9090]);
  });

  it("pass over taken ones together", () => {
    expect(portsOf([80, 443], null, 2)).toEqual([8082, 8445]);
  });

  it("follow each other from the one that the user asks for", () => {
    expect(portsOf([443, 80], 9000, 0)).toEqual([9000, 9001]);
  });

  it("are never the same", () => {
    const declared = fc.uniqueArray(fc.integer({ min: 1, max: 20_000 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(declared, fc.nat(50), (ports, offset) => {
        expect(new Set(portsOf(ports, null, offset)).size).toBe(ports.length);
      }),
    );
    expect(portsOf([80, 8080, 8081], null, 0)).toEqual([8080, 8081, 8082]);
  });
});

it("keeps routes in their order, with their conditions", () => {
  const routes = [
    { path: "/teapot", respond: { status: 418, contentType: "text/plain", body: "short\n" } },
    { path: "/old", redirect: { to: "/new", status: 301 } },
    { path: "/away", redirect: { to: "https://other.example/there?from=here", status: 302 } },
    { path: "/port", redirect: { to: "http://#{host}:8081/#{path}", status: 302 } },
    { path: "/secure", redirect: { to: "https://#{host}/#{path}", status: 301 } },
    { path: "/api/*", host: "api.example.com", to: "api" },
  ];
  const configuration = configured({ routes, listeners: [{ port: 80, protocol: "http" }, HTTPS] });
  expect(configurationSchema.safeParse(configuration).error).toBeUndefined();
  expect(configuration.listeners[0]?.rules).toMatchObject([
    { paths: ["/teapot"], action: { kind: "fixed-response", status: 418, body: "short\n" } },
    { paths: ["/old"], action: { kind: "redirect", status: 301, path: "/new", query: "#{query}" } },
    {
      paths: ["/away"],
      action: { protocol: "https", host: "other.example", port: "443", path: "/there", query: "from=here" },
    },
    { paths: ["/port"], action: { protocol: "http", host: "#{host}", port: "8081", path: "/#{path}" } },
    { paths: ["/secure"], action: { protocol: "https", host: "#{host}", port: "8443", path: "/#{path}" } },
    { hosts: ["api.example.com"], paths: ["/api/*"], action: { kind: "forward", group: "api" } },
  ]);
});

it("gives a target group its stickiness and its delays, and logs where the architecture has access logs", () => {
  const stickiness = { kind: "application", duration: "1h", cookie: "session" };
  const configuration = configured({
    stickiness,
    slowStart: "30s",
    deregistrationDelay: "10s",
    accessLogs: { bucket: "logs" },
  });
  expect(configurationSchema.safeParse(configuration).error).toBeUndefined();
  expect(configuration).toMatchObject({
    accessLog: { file: "/state/access.log" },
    groups: [
      {
        name: "api",
        stickiness: { kind: "application", duration: 3_600_000, cookie: "session" },
        slowStart: 30_000,
        deregistrationDelay: 10_000,
        crossZone: true,
      },
    ],
  });
  expect(configured({})).not.toHaveProperty("accessLog");
});

it("takes the idle time-out from the architecture", () => {
  expect(configured({ idleTimeout: "2m" }).timeouts).toEqual({ clientIdle: 120_000, targetIdle: 120_000 });
});

it.each([autoscalingGroup, fargate, microservices, threeTier, transactionValidator])(
  "is one that the load balancer understands: $name",
  (architecture) => {
    const configuration = configuredFor(architecture, { nodes: NODES });
    expect(configurationSchema.safeParse(configuration).error).toBeUndefined();
  },
);
