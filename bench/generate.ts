import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectTerraform } from "#terraform/project.ts";
import { resolved } from "#model/testing/references.ts";
import { packageRoot } from "#twin/package-root.ts";
import { Cdk } from "./generate/cdk.ts";
import { countLines } from "./generate/lines.ts";
import { spread, type Spread } from "./spread.ts";

const RUNS = 15;
const PAIRS = 5;

/**
 * Times whole processes, with everything that starting them takes. The yardstick is a Node that does nothing; the peer is
 * the AWS CDK with the same system, where a folder is given for it. Runs take turns, so that noise hits all alike.
 *
 * @param cdk a folder that has the CDK, or is to have it.
 */
export async function generate(json: boolean, cdk: string | undefined): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "plumbline-bench-"));
  try {
    const generated = run(["bench/generate/every-stack.ts"]);
    const samples = { nothing: [] as number[], command: [] as number[], everything: [] as number[] };
    const command = () => time(() => generateFargate(folder));
    command();
    for (let at = 0; at < RUNS; at++) {
      samples.nothing.push(time(() => run(["--eval", "0"])));
      samples.command.push(command());
      samples.everything.push(time(() => run(["bench/generate/every-stack.ts"])));
    }
    const figures = {
      nothing: spread(samples.nothing),
      command: spread(samples.command),
      everything: spread(samples.everything),
    };
    const peer = cdk === undefined ? null : comparePeer(new Cdk(cdk), command);
    const lines = await countLines();
    const resources = projectTerraform(await resolved("fargate")).resources.length;
    const report = { ...figures, generated: JSON.parse(generated) as Generated, resources, peer, lines };
    print(report);
    if (json) console.log(JSON.stringify({ schemaVersion: 1, ...report }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Generated {
  readonly stacks: number;
  readonly files: number;
  readonly bytes: number;
}

interface Peer {
  readonly synth: Spread;
  readonly app: Spread;
  /** How many times as long as our command, pair by pair. */
  readonly ratio: Spread;
  readonly appRatio: Spread;
  readonly resources: number;
}

interface Report {
  readonly nothing: Spread;
  readonly command: Spread;
  readonly everything: Spread;
  readonly generated: Generated;
  readonly resources: number;
  readonly peer: Peer | null;
  readonly lines: Awaited<ReturnType<typeof countLines>>;
}

function comparePeer(cdk: Cdk, command: () => number): Peer {
  cdk.synth();
  const rounds = Array.from({ length: PAIRS }, () => ({
    synth: time(() => cdk.synth()),
    own: command(),
    app: time(() => cdk.runApp()),
  }));
  return {
    synth: spread(rounds.map(({ synth }) => synth)),
    app: spread(rounds.map(({ app }) => app)),
    ratio: spread(rounds.map(({ synth, own }) => synth / own)),
    appRatio: spread(rounds.map(({ app, own }) => app / own)),
    resources: cdk.resources,
  };
}

function print({ nothing, command, everything, generated, resources, peer, lines }: Report): void {
  const { stacks, files, bytes } = generated;
  console.log(`${`ms, of ${RUNS} runs`.padEnd(44)}     min  median     max`);
  row("a Node that does nothing", nothing);
  row("plumbline generate fargate -e production", command);
  row(`one process, all ${stacks} stacks`, everything);
  console.log(`  ${files} files, ${Math.round(bytes / 1024)} KiB; fargate alone has ${resources} resources`);
  if (peer) {
    row(`cdk synth, ${PAIRS} runs, ${peer.resources} resources`, peer.synth);
    row("the CDK's app without its command line", peer.app);
    row("times as long as ours: cdk synth", peer.ratio, 1);
    row("times as long as ours: the app alone", peer.appRatio, 1);
  } else
    console.log("  --cdk FOLDER compares with the AWS CDK, and installs it there if it is missing (211 MB)");
  const written = lines.architecture + lines.claims;
  const times = (of: number) => `${(lines.terraform / of).toFixed(1)} times as many`;
  console.log(`lines of fargate, without empty ones and comments`);
  console.log(`  the architecture             ${lines.architecture}`);
  console.log(`  with its document's claims   ${written}`);
  console.log(
    `  Terraform that is generated  ${lines.terraform}, ${times(lines.architecture)} (${times(written)})`,
  );
  console.log(`  and its tests                ${lines.terraformTests}`);
}

function row(what: string, { min, median, max }: Spread, digits = 0): void {
  const numbers = [min, median, max].map((figure) => figure.toFixed(digits).padStart(8));
  console.log(`${what.padEnd(44)}${numbers.join("")}`);
}

function generateFargate(folder: string): void {
  run(["bin/plumbline.mjs", "generate", "fargate", "--environment", "production", "--out", folder]);
}

function time(action: () => void): number {
  const began = performance.now();
  action();
  return performance.now() - began;
}

function run(args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync("node", args, { cwd: packageRoot, encoding: "utf8" });
  if (status !== 0) throw new Error(`node ${args.join(" ")} ended with ${status}: ${stderr}`);
  return stdout;
}
