import { expect, test } from "vitest";

import { ConfigError } from "../../proxy/src/environment.ts";
import { readConfig } from "./config.ts";

const BACKEND_URL = "http://127.0.0.1:8000";

test("needs to know nothing but where the backend is", () => {
  const { routes, upstreams, access } = readConfig({ BACKEND_URL });
  expect(new Set(routes.map(({ to }) => to))).toEqual(new Set(["backend"]));
  expect(routes.filter(({ honoursKeys }) => honoursKeys).map(({ path }) => path)).toEqual([
    "/v1/transactions",
    "/v1/uploads",
  ]);
  expect([...upstreams]).toEqual([["backend", BACKEND_URL]]);
  expect(access).toMatchObject({ authentication: "optional", tokens: undefined, keysPath: "/v1/whoami" });
});

test("finds the services of its routes by their names", () => {
  const ROUTES = JSON.stringify([{ path: "/orders/", to: "order-events" }]);
  const { upstreams } = readConfig({ ROUTES, ORDER_EVENTS_URL: "http://orders:80" });
  expect([...upstreams]).toEqual([["order-events", "http://orders:80"]]);
});

test("says everything that is wrong at once", () => {
  const wrong = {
    PORT: "x",
    ROUTES: '[{"path":"v1","to":"backend","more":1}]',
    CACHE_URL: "http://cache",
    AUTHENTICATION: "open",
    JWT_ISSUER: "issuer",
    OTEL_TRACES_SAMPLER_ARG: "2",
  };
  let problems: readonly string[] = [];
  try {
    readConfig(wrong);
  } catch (error) {
    problems = (error as ConfigError).problems;
  }
  expect(problems.map((problem) => problem.split(" ", 1)[0])).toEqual([
    "ROUTES",
    "PORT",
    "CACHE_URL",
    "JWT_ISSUER",
    "AUTHENTICATION",
    "OTEL_TRACES_SAMPLER_ARG",
  ]);
  expect(() => readConfig({})).toThrow("BACKEND_URL is missing");
});
