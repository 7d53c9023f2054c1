import { merge } from "#model/data.ts";
import { resolve } from "#model/resolve.ts";
import { serviceUnit } from "#model/service-unit.ts";
import { written } from "#model/testing/references.ts";
import { unitText } from "../unit-text.ts";

/** The unit file of the reference architecture, changed; with an image and a log group as they are when applied. */
export async function unitFile(change: unknown = {}): Promise<string> {
  const architecture = resolve(merge(await written("autoscaling-group"), change) as object, "production");
  const declared = architecture.services["api"]!;
  if (declared.kind === "job") throw new Error("The API is no job.");
  const unit = serviceUnit(architecture, "api", declared)!;
  const pieces = unitText({
    service: "api",
    unit,
    declared,
    jobs: unit.startsAfter.map((name) => [name, architecture.services[name]!]),
    region: "us-east-1",
    image: () => "1.dkr.ecr.us-east-1.amazonaws.com/validator:1" as never,
    logGroup: "services" as never,
  });
  return pieces.join("");
}
