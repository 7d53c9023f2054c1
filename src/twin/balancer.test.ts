import { describe, expect, it } from "vitest";
import { configurationSchema } from "#entry/configuration.ts";
import { resolve } from "#model/resolve.ts";
import { smallWith } from "#model/testing/small.ts";
import autoscalingGroup from "../../architectures/autoscaling-group/architecture.ts";
import fargate from "../../architectures/fargate/architecture.ts";
import microservices from "../../architectures/microservices/architecture.ts";
import threeTier from "../../architectures/three-tier/architecture.ts";
import transactionValidator from "../../architectures/transaction-validator/architecture.ts";
import { balancerConfiguration } from "./balancer.ts";

const same = (port: number) => port;
const kept = { accessLog: "/state/access.log", cookieSecret: "x".repeat(32) };

function configured(loadBalancer: object) {
  const architecture = smallWith({ entry: { loadBalancer } });
  return balancerConfiguration(resolve(architecture, "production"), same, kept);
}

describe("its listeners", () => {
  it("leave https out, for a twin has no certificate", () => {
    const listeners = [
      { port: 80, protocol: "http", action: "forward" },
      { port: 443, protocol: "https", action: "forward" },
    ];
    const { listeners: made } = balancerConfiguration(
      resolve({ ...fargate }, "production"),
      (port, index) => 8000 + port + index,
      kept,
    );
    expect(fargate.entry.loadBalancer.listeners).toMatchObject(listeners);
    expect(made.map(({ name, host, port }) => [name, host, port])).toEqual([
      ["listener-80", "127.0.0.1", 8080],
    ]);
  });

  it("are told which of them they are, so that each gets a port of its own", () => {
    const listeners = [
      { port: 80, protocol: "http" },
      { port: 8081, protocol: "http" },
    ];
    const architecture = resolve(smallWith({ entry: { loadBalancer: { listeners } } }), "production");
    const ports = balancerConfiguration(architecture, (_, index) => 9000 + index, kept).listeners.map(
      ({ port }) => port,
    );
    expect(ports).toEqual([9000, 9001]);
  });

  it("answer 404 where no route leads", () => {
    expect(configured({}).listeners[0]?.defaultAction).toMatchObject({ kind: "fixed-response", status: 404 });
  });
});

it("keeps routes in their order, with their conditions", () => {
  const routes = [
    { path: "/teapot", respond: { status: 418, contentType: "text/plain", body: "short\n" } },
    { path: "/old", redirect: { to: "/new", status: 301 } },
    { path: "/away", redirect: { to: "https://other.example/there?from=here", status: 302 } },
    { path: "/port", redirect: { to: "http://#{host}:8081/#{path}", status: 302 } },
    { path: "/api/*", host: "api.example.com", to: "api" },
  ];
  const configuration = configured({ routes });
  expect(configurationSchema.safeParse(configuration).error).toBeUndefined();
  expect(configuration.listeners[0]?.rules).toMatchObject([
    { paths: ["/teapot"], action: { kind: "fixed-response", status: 418, body: "short\n" } },
    { paths: ["/old"], action: { kind: "redirect", status: 301, path: "/new", query: "#{query}" } },
    {
      paths: ["/away"],
      action: { protocol: "https", host: "other.example", port: "443", path: "/there", query: "from=here" },
    },
    { paths: ["/port"], action: { protocol: "http", host: "#{host}", port: "8081", path: "/#{path}" } },
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
    const configuration = balancerConfiguration(
      resolve(architecture, "production"),
      (port) => port + 8000,
      kept,
    );
    expect(configurationSchema.safeParse(configuration).error).toBeUndefined();
  },
);
