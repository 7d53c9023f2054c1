import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { needs } from "#stores/testing.ts";
import { packageRoot } from "#twin/package-root.ts";
import { lastLine, type Outcome, startProgram } from "../support/command-line.ts";
import { writeArchitecture } from "../support/own-architecture.ts";
import { type Failure, Project } from "../support/project.ts";
import { hasScript, onTerminal } from "../support/terminal.ts";

const terminal = needs({ name: "script", met: hasScript, otherwise: "util-linux's script is not here" });
const COLOUR = "\u001B[";

describe("the command line", () => {
  let project: Project;

  beforeAll(() => {
    project = new Project();
  });
  afterAll(() => project[Symbol.asyncDispose]());

  describe("check", () => {
    it("finds nothing wrong with the reference architectures", async () => {
      for (const name of ["fargate", "microservices"]) {
        const { problems } = await project.json<{ problems: object[] }>(["check", name]);
        expect(problems).toEqual([]);
      }
    });

    it("says everything that is wrong at once, and ends with 1", async () => {
      writeArchitecture(project, {
        entry: { loadBalancer: { routes: [{ to: "wbe" }] } },
        services: { web: { port: 99_999, replicas: { min: 3, desired: 2 } } },
      });
      const outcome = await project.run(["check", "--json"]);
      expect(outcome.code).toBe(1);
      const { problems } = lastLine<{ problems: { path: string; remedy: string }[] }>(outcome);
      expect(problems.map(({ path }) => path)).toEqual(
        expect.arrayContaining(["services.web.port", "entry.loadBalancer.routes.0.to"]),
      );
      expect(problems.every(({ remedy }) => remedy !== "")).toBe(true);

      const people = await project.run(["check"]);
      expect(people.code).toBe(1);
      for (const { path } of problems) expect(people.stderr).toContain(path);
    });

    it("keeps `up` from starting anything", async () => {
      expect(await project.failure(["up"])).toMatchObject({ code: "ARCHITECTURE_INVALID", exit: 1 });
      await project.empty(0);
    });

    it("says where a file cannot be read", async () => {
      project.write("architecture.mjs", "export default {\n  a: ,\n};\n");
      const failure = await project.failure(["check"]);
      expect(failure).toMatchObject({ code: "ARCHITECTURE_UNREADABLE", exit: 1 });
      expect(failure.message).toContain("architecture.mjs:2)");
    });
  });

  it("begins an architecture that can be read where no package is installed", async () => {
    const { folder } = await project.json<{ folder: string }>(["init", "shop"]);
    const { problems } = await project.json<{ problems: object[] }>(["check", folder]);
    expect(problems).toEqual([]);
  });

  it.each([
    [["up", "fargat"], 1, "ARCHITECTURE_NOT_FOUND"],
    [["describe", "no-such"], 1, "ARCHITECTURE_NOT_FOUND"],
    [["up", "fargate", "--environment", "staging"], 1, "ENVIRONMENT_UNKNOWN"],
    [["up", "fargate", "--name", "No Name"], 1, "NAME_INVALID"],
    [["up", "fargate", "--colour"], 2, "COMMAND_INVALID"],
    [["up", "fargate", "--port", "70000"], 2, "COMMAND_INVALID"],
    [["up", "fargate", "--profile", "slow"], 2, "COMMAND_INVALID"],
    [["start"], 2, "COMMAND_INVALID"],
    [["status", "nobody"], 1, "TWIN_NOT_FOUND"],
    [["status"], 1, "TWIN_NOT_FOUND"],
    [["down"], 1, "TWIN_NOT_FOUND"],
    [["logs"], 1, "TWIN_NOT_FOUND"],
  ])("`plumbline %j` ends with %i and says %s, in JSON too", async (args, code, word) => {
    const outcome = await project.run([...args, "--json"]);
    const said = lastLine<Failure>(outcome);
    expect([outcome.code, said.error.code]).toEqual([code, word]);
    expect(said.schemaVersion).toBe(1);
    expect(said.error.message).not.toBe("");
    expect(said.error.remedy).not.toBe("");
    expect(outcome.stdout.trimEnd().split("\n")).toHaveLength(1);

    const people = await project.run(args);
    expect(people.code).toBe(code);
    expect(people.stdout).toBe("");
    expect(people.stderr).not.toBe("");
    expect(people.stderr).not.toMatch(/\n {4}at /);
  });

  it("offers the likeliest name", async () => {
    expect((await project.failure(["up", "fargat"])).remedy).toContain('Did you mean "fargate"?');
  });

  it.each(["list", "doctor", "describe fargate"])("`plumbline %s --json` is one object", async (command) => {
    const { stdout } = await project.run([...command.split(" "), "--json"]);
    expect(stdout.trimEnd().split("\n")).toHaveLength(1);
    expect(JSON.parse(stdout)).toMatchObject({ schemaVersion: 1 });
  });

  it("lists the five reference architectures and describes them with every default", async () => {
    const { architectures } = await project.json<{ architectures: { name: string }[] }>(["list"]);
    expect(architectures.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        "autoscaling-group",
        "fargate",
        "microservices",
        "three-tier",
        "transaction-validator",
      ]),
    );
    expect(await project.json(["describe", "fargate"])).toMatchObject({
      environment: "production",
      services: { api: { startTimeout: 60_000 } },
    });
  });

  it.each(["--help", "up --help", "--version"])("`plumbline %s` ends with 0", async (args) => {
    const { code, stdout, stderr } = await project.run(args.split(" "));
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).not.toBe("");
  });

  it("writes no colour into a pipe", async () => {
    const [list, failure] = [await project.run(["list"]), await project.run(["up", "no-such"])];
    expect(list.stdout + list.stderr + failure.stderr).not.toContain(COLOUR);
  });

  describe.skipIf(terminal.skipped)(`on a terminal${terminal.why}`, () => {
    it("writes colour, unless NO_COLOR is set", async () => {
      expect((await show(project, "list")).stdout).toContain(COLOUR);
      expect((await show(project, "list", { NO_COLOR: "1" })).stdout).not.toContain(COLOUR);
    });

    it("writes none into a file that failures go to", async () => {
      await show(project, "up no-such 2> failure.txt");
      expect(project.read("failure.txt")).toContain("ARCHITECTURE_NOT_FOUND");
      expect(project.read("failure.txt")).not.toContain(COLOUR);
    });
  });
});

/** Runs a command on a terminal of its own. */
function show(project: Project, command: string, env = {}): Promise<Outcome> {
  return startProgram(onTerminal(`node ${packageRoot}/bin/plumbline.mjs ${command}`), {
    cwd: project.folder,
    env: { TERM: "xterm-256color", ...env },
  }).ended;
}
