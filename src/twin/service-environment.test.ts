import { expect, it } from "vitest";
import type { Architecture, ResolvedService } from "#model/architecture.ts";
import { resolve } from "#model/resolve.ts";
import { small, smallWith } from "#model/testing/small.ts";
import { type Endpoints, expandCommand, serviceVariables, variableName } from "./service-environment.ts";

const PLACE = { zone: "us-east-1a", address: { host: "127.1.11.4", port: 8000 } };
const ENDPOINTS: Endpoints = {
  stores: {
    database: { writer: "postgresql://writer", reader: "postgresql://reader" },
    logs: { writer: "file:///logs", reader: "file:///logs" },
  },
  services: { "order-events": "http://events" },
  secrets: { credentials: '{"username":"app"}', other: "not for api" },
};

function serviceOf(architecture: Architecture, name: string): ResolvedService {
  return resolve(architecture, "production").services[name] as ResolvedService;
}

it("writes names as variables are written", () => {
  expect(variableName("order-events")).toBe("ORDER_EVENTS");
});

it("gives a replica its place, what it uses, and its secrets, and nothing of others", () => {
  expect(serviceVariables(serviceOf(small, "api"), PLACE, ENDPOINTS)).toEqual({
    ZONE: "us-east-1a",
    HOST: "127.1.11.4",
    PORT: "8000",
    DATABASE_URL: "postgresql://writer",
    DATABASE_READER_URL: "postgresql://reader",
    CREDENTIALS: '{"username":"app"}',
  });
});

it("gives a job no place to listen at", () => {
  expect(serviceVariables(serviceOf(small, "migrate"), { zone: "a" }, ENDPOINTS)).toEqual({
    ZONE: "a",
    DATABASE_URL: "postgresql://writer",
    DATABASE_READER_URL: "postgresql://reader",
  });
});

it("gives the URL of a service that is used", () => {
  const calling = { ...serviceOf(small, "api"), uses: ["order-events"] };
  expect(serviceVariables(calling, PLACE, ENDPOINTS)).toMatchObject({
    ORDER_EVENTS_URL: "http://events",
  });
});

it("lets what the service declares itself win", () => {
  const declared = smallWith({ services: { api: { env: { PORT: "9", LOG_LEVEL: "debug" } } } });
  const variables = serviceVariables(serviceOf(declared, "api"), PLACE, ENDPOINTS);
  expect(variables).toMatchObject({ PORT: "9", LOG_LEVEL: "debug", HOST: "127.1.11.4" });
});

it("expands HOST and PORT in a command, and no other dollars", () => {
  const command = ["serve", "--bind=${HOST}:${PORT}", "${PORT}${PORT}", "${HOME}", "$PORT", "$$"];
  expect(expandCommand(command, { HOST: "h", PORT: "1", HOME: "/root" })).toEqual([
    "serve",
    "--bind=h:1",
    "11",
    "${HOME}",
    "$PORT",
    "$$",
  ]);
  expect(expandCommand(["${PORT}"], {})).toEqual(["${PORT}"]);
});
