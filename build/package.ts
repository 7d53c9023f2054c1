// Builds what `npm pack` packs: JavaScript and types of the same sources, in dist/, because Node strips no types below
// node_modules.
import { spawnSync } from "node:child_process";
import { cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const root = dirname(import.meta.dirname);
const stage = join(import.meta.dirname, "stage");
const dist = join(root, "dist");
// Of the simulator what tries the controllers is left out: it has bugs to plant.
const NOT_PACKED =
  /\.test\.ts$|\/testing\/|\/testing\.ts$|\/[^/]+-support\.ts$|^services\/[^/]+\/test\/|^src\/simulator\/(system|schedules)\//;

const { name, version, license, type } = JSON.parse(
  readFileSync(join(root, "package.json"), "utf8"),
) as Record<string, string>;

rmSync(stage, { recursive: true, force: true });
rmSync(dist, { recursive: true, force: true });
stageSources();
compile();
writeManifest(dist, "js");
// What services read beside their code: migrations, scripts of Redis, pages, and whatever else is no TypeScript.
for (const file of globSync("services/*/{package.json,src/**/*.*,public/**/*.*}", { cwd: root }))
  if (!file.endsWith(".ts")) cpSync(join(root, file), join(dist, file));
rmSync(stage, { recursive: true });

/**
 * Copies the sources with `#model/errors.ts` written as `#model/errors`: the compiler writes relative imports anew for
 * JavaScript, and leaves those through package.json to it.
 */
function stageSources(): void {
  for (const file of globSync("{src,services,architectures}/**/*.ts", { cwd: root })) {
    if (NOT_PACKED.test(file) || file.includes("node_modules")) continue;
    const text = readFileSync(join(root, file), "utf8").replaceAll(/(["'])(#[^"']+)\.ts\1/g, "$1$2$1");
    // What the reference architectures run is built as well.
    const built = file.startsWith("architectures/")
      ? text.replaceAll(/"(services\/[^"]+)\.ts"/g, '"$1.js"')
      : text;
    mkdirSync(dirname(join(stage, file)), { recursive: true });
    writeFileSync(join(stage, file), built);
  }
  writeManifest(stage, "ts");
}

/** Imports that begin with # are looked up in the nearest package.json. */
function writeManifest(folder: string, extension: "ts" | "js"): void {
  const manifest = { name, version, license, type, private: true, imports: { "#*": `./src/*.${extension}` } };
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
}

function compile(): void {
  const { status } = spawnSync("tsc", ["--project", "tsconfig.build.json"], { cwd: root, stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}
