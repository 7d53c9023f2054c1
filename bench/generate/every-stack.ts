// Generates every environment of the reference architectures in one process, and prints what that was.
import { environmentsOf } from "#model/resolve.ts";
import { terraformModule } from "#terraform/module/module.ts";
import { REFERENCES, resolved, written } from "#model/testing/references.ts";

let stacks = 0;
let files = 0;
let bytes = 0;
for (const name of REFERENCES)
  for (const environment of environmentsOf(await written(name))) {
    const generated = terraformModule(await resolved(name, environment));
    stacks += 1;
    files += generated.length;
    bytes += generated.reduce((sum, { content }) => sum + Buffer.byteLength(content), 0);
  }
console.log(JSON.stringify({ stacks, files, bytes }));
