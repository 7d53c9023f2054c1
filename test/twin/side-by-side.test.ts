import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TwinStatus } from "#twin/status.ts";
import { aTwin } from "../support/needs.ts";
import { Project } from "../support/project.ts";
import { isKnown, postTransaction } from "../support/traffic.ts";
import { database, replicasOf } from "../support/twin-view.ts";

describe.skipIf(aTwin.skipped)(`two twins of fargate side by side${aTwin.why}`, () => {
  let project: Project;
  let twins: TwinStatus[];

  beforeAll(async () => {
    project = new Project();
    twins = await Promise.all([project.up("fargate"), project.up("fargate", "--name", "second")]);
  });

  afterAll(() => project[Symbol.asyncDispose]());

  it("have names, ports and addresses of their own", () => {
    expect(twins.map(({ name, phase }) => [name, phase])).toEqual([
      ["fargate-development", "running"],
      ["second", "running"],
    ]);
    for (const value of [
      (twin: TwinStatus) => twin.endpoint,
      (twin: TwinStatus) => twin.control,
      (twin: TwinStatus) => database(twin).writer,
      (twin: TwinStatus) => replicasOf(twin)[0]?.address,
      (twin: TwinStatus) => twin.stateDirectory,
    ])
      expect(new Set(twins.map(value)).size).toBe(2);
  });

  it("have data of their own", async () => {
    const [one, other] = twins.map(({ endpoint }) => endpoint as string) as [string, string];
    const { id } = await postTransaction(one);
    expect(await isKnown(one, id)).toBe(true);
    expect(await isKnown(other, id)).toBe(false);
  });

  it("have to be named where both could be meant", async () => {
    expect(await project.failure(["status"])).toMatchObject({ code: "TWIN_AMBIGUOUS", exit: 1 });
    expect((await project.status("fargate")).name).toBe("fargate-development");
  });

  it("end one by one", async () => {
    await project.json(["down", "second"]);
    expect((await project.json<TwinStatus>(["status"])).name).toBe("fargate-development");
    await postTransaction(twins[0]?.endpoint as string);
    await project.json(["down"]);
    await project.empty(0);
  });
});
