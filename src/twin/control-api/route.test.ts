import { expect, it } from "vitest";
import { findRoute, type Route } from "./route.ts";
import { ROUTES } from "./routes.ts";

const handle = () => null;
const SOME: readonly Route[] = [
  { method: "GET", path: "/v1/things", handle },
  { method: "DELETE", path: "/v1/things", handle },
  { method: "POST", path: "/v1/things/{name}/parts/{part}", handle },
];
const find = (method: string, url: string) => {
  const found = findRoute(SOME, { method, url });
  return found && [SOME.indexOf(found.route), found.parameters];
};

it("goes by the method and the whole path, and hands over what the path names", () => {
  expect(find("GET", "/v1/things")).toEqual([0, {}]);
  expect(find("DELETE", "/v1/things")).toEqual([1, {}]);
  expect(find("POST", "/v1/things/api/parts/us-east-1a")).toEqual([2, { name: "api", part: "us-east-1a" }]);
});

it.each([
  ["PUT", "/v1/things"],
  ["GET", "/v1/things/"],
  ["GET", "/v1/things?all"],
  ["GET", "/x/v1/things"],
  ["POST", "/v1/things/a/b/parts/c"],
  ["POST", "/v1/things/%61/parts/c"],
])("finds nothing for %s %s", (method, url) => expect(find(method, url)).toBeNull());

it("leads each request to one route of the control API", () => {
  for (const route of ROUTES) {
    const url = route.path.replaceAll(/\{\w+\}/g, "name");
    expect(findRoute(ROUTES, { method: route.method, url })?.route).toBe(route);
  }
});
