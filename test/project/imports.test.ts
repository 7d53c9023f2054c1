import { expect, test } from "vitest";
import { areaOf, importsOf } from "./imports.ts";
import { files, isProduct } from "./repository.ts";

const PROJECTIONS = ["terraform", "kubernetes", "observability", "delivery", "cost", "analysis", "handbook"];
const RUNNING = ["model", "control", "entry", "stores", "twin", "simulator", "load", "drills"];
const BELOW_VERIFY = ["aws", ...RUNNING, ...PROJECTIONS];

/** What each area may import beside itself. What is not listed may be imported by nobody, or imports nothing of ours. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  model: [],
  // What AWS documents: dated facts, each with its page.
  aws: ["model"],
  index: ["model", "terraform"],
  control: ["model"],
  entry: ["model"],
  stores: ["model"],
  twin: ["model", "control", "entry", "stores"],
  simulator: ["model", "control", "aws"],
  load: ["model"],
  drills: ["model", "twin", "load"],
  ...Object.fromEntries(PROJECTIONS.map((projection) => [projection, ["model", "aws"]])),
  verify: BELOW_VERIFY,
  cli: [...BELOW_VERIFY, "verify"],
  architectures: ["model"],
  // What stands before other services shares how that is done.
  "services/gateway": ["services/proxy"],
  "services/web": ["services/proxy"],
};

const sources = files("src/**/*.ts", "services/**/*.ts", "architectures/**/*.ts");
const imports = sources.flatMap(importsOf);

test("imports run one way", () => {
  const wrong = imports.filter(({ from, to }) => {
    const [area = "", target] = [areaOf(from), areaOf(to)];
    // Tests read the reference architectures as data.
    if (target === "architectures" && from.endsWith(".test.ts")) return false;
    return target !== undefined && target !== area && !(MAY_IMPORT[area] ?? []).includes(target);
  });
  expect(wrong.map(({ from, to }) => `${from} → ${to}`)).toEqual([]);
});

test("imports are found at all", () => {
  expect(imports.length).toBeGreaterThan(sources.length);
  const crossings = imports.map(({ from, to }) => `${areaOf(from)} → ${areaOf(to)}`);
  expect(crossings).toEqual(expect.arrayContaining(["cli → twin", "twin → stores", "index → model"]));
});

test("another area of src is reached by #, a neighbour by a relative path", () => {
  const ours = imports.filter(({ from, to }) => from.startsWith("src/") && to.startsWith("src/"));
  const wrong = ours.filter(({ from, specifier, to }) => {
    const isNeighbour = areaOf(from) === areaOf(to);
    return specifier.startsWith("#") === isNeighbour && isProduct({ path: from });
  });
  expect(wrong.map(({ from, specifier }) => `${from} → ${specifier}`)).toEqual([]);
});
