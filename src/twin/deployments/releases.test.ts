import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { resolve } from "#model/resolve.ts";
import { smallWith } from "#model/testing/small.ts";
import { CURRENT, type Release } from "./release.ts";
import { Releases } from "./releases.ts";

function serviceWith(versions: object) {
  const service = resolve(
    smallWith({ services: { api: { env: { A: "1", B: "1" }, versions } } }),
    "production",
  ).services["api"];
  if (service?.kind !== "web") throw new Error("There is no service.");
  return service;
}

const v2: Release = { version: "v2", imageTag: "1.4.2", definition: null };

describe("the releases of a service", () => {
  let folder: string;
  const open = (service = "api") => new Releases(join(folder, "releases.json"), service);
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "plumbline-releases-"))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it("have their version's command and variables, and the tag that was asked for", () => {
    const service = serviceWith({ v2: { command: ["node", "two.js"], env: { B: "2" } } });
    const releases = open();
    expect(releases.definition(service, releases.add(v2))).toMatchObject({
      command: ["node", "two.js"],
      env: { A: "1", B: "2" },
      image: { tag: "1.4.2" },
    });
    expect(releases.definition(service, "current")).toEqual(service);
  });

  it("are remembered when the twin comes up again, each service's own, until the declared one runs", () => {
    const service = serviceWith({ v2: {} });
    const releases = open();
    expect(releases.first(service)).toBe("current");
    releases.keep(releases.add(v2));
    const again = open();
    expect(again.first(service)).toBe("v2:1.4.2");
    expect(again.get("v2:1.4.2")).toEqual(v2);
    expect(open("worker").first(service)).toBe("current");
    again.keep("current");
    expect(open().get(open().first(service))).toEqual(CURRENT);
  });

  it("are forgotten where the architecture has the version no more, unless it came with the request", () => {
    const releases = open();
    releases.keep(releases.add(v2));
    expect(open().first(serviceWith({}))).toBe("current");
    const own = { ...v2, version: "own", definition: { env: { B: "3" } } };
    releases.keep(releases.add(own));
    const again = open();
    expect(again.definition(serviceWith({}), again.first(serviceWith({}))).env).toEqual({ A: "1", B: "3" });
  });
});
