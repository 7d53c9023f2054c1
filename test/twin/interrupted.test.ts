import { describe, expect, it } from "vitest";
import type { Running } from "../support/command-line.ts";
import { whileRunning } from "../support/eventually.ts";
import { aTwin, linuxOnly } from "../support/needs.ts";
import { WITH_DATABASE, writeArchitecture } from "../support/own-architecture.ts";
import { Project } from "../support/project.ts";

/** When Ctrl-C comes, by what is seen of the start-up from outside. */
const MOMENTS: Readonly<Record<string, (project: Project, up: Running) => boolean>> = {
  "its supervisor has begun": (project) =>
    project.processes().some(({ command }) => command.includes("twin/main")),
  "the load balancer has begun": (project) =>
    project.processes().some(({ command }) => command.includes("entry/main")),
  "initdb runs": (project) => project.processes().some(({ command }) => /initdb/.test(command)),
  "replicas start": (_, up) => up.said().includes("starts in us-east-1b"),
  "the standby starts": (_, up) => up.said().includes("is a copy of"),
};

describe.skipIf(aTwin.skipped)(`Ctrl-C while a twin starts${aTwin.why}`, () => {
  it.each(Object.keys(MOMENTS))("when %s leaves nothing behind", async (moment) => {
    await using project = new Project();
    writeArchitecture(project, WITH_DATABASE);
    const up = project.start(["up"]);
    await whileRunning(up, moment, () => MOMENTS[moment]?.(project, up));
    // A terminal sends the signal to every program of the command.
    process.kill(-(up.child.pid as number), "SIGINT");
    const { code, stderr } = await up.ended;
    expect({ code, stderr }).toEqual({ code: 130, stderr: expect.stringContaining("Stopping:") });
    expect(stderr).not.toContain("bug");
    await project.empty(0);
  });

  it("before anything has started leaves nothing behind", async () => {
    await using project = new Project();
    writeArchitecture(project, WITH_DATABASE);
    const up = project.start(["up"]);
    await whileRunning(up, "the command has begun", () => project.processes().length > 0);
    process.kill(-(up.child.pid as number), "SIGINT");
    const { code, signal } = await up.ended;
    // A program that has not yet asked for its signals ends by them, and a shell makes 130 of that.
    expect([130, "SIGINT"]).toContain(code ?? signal);
    await project.empty();
  });

  it("says so in JSON where that is asked for, and lets the next `up` begin anew", async () => {
    await using project = new Project();
    writeArchitecture(project, WITH_DATABASE);
    const up = project.start(["up", "--detach", "--json"]);
    await whileRunning(up, "initdb runs", () => MOMENTS["initdb runs"]?.(project, up));
    up.child.kill("SIGINT");
    const { code, stdout } = await up.ended;
    expect(code).toBe(130);
    expect(JSON.parse(stdout)).toMatchObject({ schemaVersion: 1, error: { code: "UP_INTERRUPTED" } });
    await project.empty(0);
    expect((await project.up()).phase).toBe("running");
    await project.json(["down"]);
  });
});

describe.skipIf(linuxOnly.skipped)(`a twin in the foreground${linuxOnly.why}`, () => {
  it("ends with Ctrl-C, and the command with 0", async () => {
    await using project = new Project();
    const up = await startForeground(project);
    process.kill(-(up.child.pid as number), "SIGINT");
    const { code, stdout, stderr } = await up.ended;
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stdout).toContain("Ctrl-C stops it.");
    await project.empty(0);
  });

  it.each(["SIGTERM", "SIGHUP"] as const)("ends with %s to the command alone", async (signal) => {
    await using project = new Project();
    const up = await startForeground(project);
    up.child.kill(signal);
    expect((await up.ended).code).toBe(0);
    await project.empty(0);
  });

  it.each(["bin/plumbline.mjs", "cli/main"])("ends when its command (%s) is killed", async (program) => {
    await using project = new Project();
    const up = await startForeground(project);
    const victim = project.processes().find(({ command }) => command.includes(program));
    process.kill(victim?.pid as number, "SIGKILL");
    await up.ended;
    await project.empty(15_000);
    expect(await project.failure(["status"])).toMatchObject({ code: "TWIN_DOWN" });
  });

  it("ends when its command is killed while it starts", async () => {
    await using project = new Project();
    writeArchitecture(project);
    const up = project.start(["up", "--detach"]);
    await whileRunning(up, "the load balancer has begun", () =>
      MOMENTS["the load balancer has begun"]?.(project, up),
    );
    process.kill(-(up.child.pid as number), "SIGKILL");
    await up.ended;
    await project.empty(15_000);
  });

  it("says what to do when its supervisor is killed", async () => {
    await using project = new Project();
    const up = await startForeground(project);
    const victim = project.processes().find(({ command }) => command.includes("twin/main"));
    process.kill(victim?.pid as number, "SIGKILL");
    const { code, stderr } = await up.ended;
    expect(code).toBe(1);
    expect(stderr).toContain("SUPERVISOR_ENDED");
    expect(stderr).toContain("plumbline down own-development");
    await project.json(["down"]);
    await project.empty(0);
  });
});

/** Brings a small twin up, and leaves the command running. */
async function startForeground(project: Project): Promise<Running> {
  writeArchitecture(project);
  const up = project.start(["up"]);
  await whileRunning(up, "everything runs", () => up.said().includes("everything runs"));
  return up;
}
