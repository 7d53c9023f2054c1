import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { aTwin } from "../support/needs.ts";
import { writeArchitecture } from "../support/own-architecture.ts";
import { Project } from "../support/project.ts";

describe.skipIf(aTwin.skipped)(`a look inside a running twin${aTwin.why}`, () => {
  let project: Project;

  beforeAll(async () => {
    project = new Project();
    writeArchitecture(project, { services: { web: { uses: ["files"], env: { COLOUR: "blue" } } } });
    await project.up();
  });
  afterAll(() => project[Symbol.asyncDispose]());

  it("runs a command with a replica's variables, and ends as the command does", async () => {
    const script =
      "fetch(`http://${process.env.HOST}:${process.env.PORT}/`).then(async (answer) => {\n" +
      "  console.log(process.env.COLOUR, answer.status); process.exit(7); })";
    const { code, stdout } = await project.run(["exec", "web-1", "--", "node", "-e", script]);
    expect({ code, stdout }).toEqual({ code: 7, stdout: "blue 200\n" });
  });

  it("tells a service's variables", async () => {
    const { stdout } = await project.run(["exec", "web"]);
    expect(stdout).toMatch(/^FILES_URL=file:\/\/\/.*\/files$/m);
    expect(stdout).toMatch(/^COLOUR=blue$/m);
  });

  it("tells a store's URL", async () => {
    const { url } = await project.json<{ url: string }>(["connect", "files"]);
    const { stdout } = await project.run(["connect", "files"]);
    expect(stdout.trim()).toBe(url);
  });

  it("says which parts there are, for one that there is not", async () => {
    expect(await project.failure(["connect", "cache"])).toMatchObject({
      code: "STORE_NOT_FOUND",
      remedy: expect.stringContaining("files") as string,
    });
    expect(await project.failure(["exec", "database"])).toMatchObject({
      code: "PART_NOT_FOUND",
      remedy: expect.stringContaining("web-1") as string,
    });
    const outcome = await project.run(["exec", "web", "--", "no-such-program"]);
    expect(outcome.code).toBe(1);
    expect(outcome.stderr).toContain("COMMAND_NOT_STARTED");
  });
});
