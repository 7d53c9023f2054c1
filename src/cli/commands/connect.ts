import { Command } from "commander";
import { PlumblineError } from "#model/errors.ts";
import { ControlClient } from "#twin/control-api/client.ts";
import { variableName } from "#twin/service-environment.ts";
import type { StoreStatus } from "#twin/status.ts";
import { example, jsonOption } from "../options.ts";
import { printJson } from "../output.ts";
import { runAttached } from "../run-attached.ts";
import { clientCall, findClient } from "../store-clients.ts";
import { besideStyle } from "../style.ts";
import { chooseTwin, requireRunning } from "../twins.ts";

interface ConnectOptions {
  readonly twin?: string;
  readonly reader?: true;
  readonly url?: true;
  readonly json?: true;
}

export function connectCommand(): Command {
  return new Command("connect")
    .description(
      "talk to a store of a running twin: psql, redis-cli or mariadb, or its URL where none is here",
    )
    .argument("<store>", "its name: database, cache")
    .argument("[arguments...]", "handed to the client, behind --")
    .option("--twin <name>", "which twin; the only one that runs if left out")
    .option("--reader", "its reader endpoint in place of its writer")
    .option("--url", "print the URL, with its password, and start nothing")
    .addOption(jsonOption())
    .addHelpText(
      "after",
      example(
        "connect database",
        "connect database -- -c 'select count(*) from decisions'",
        "connect cache --url",
      ),
    )
    .action(connect);
}

function withoutAddress({ name, kind }: StoreStatus): PlumblineError {
  return new PlumblineError(
    "STORE_UNSUPPORTED",
    `The store ${name} has no address: nothing here stands in for ${kind}.`,
    `Name one of your own in PLUMBLINE_${variableName(name)}_URL, and run \`plumbline up\` again.`,
  );
}

async function connect(name: string, args: readonly string[], options: ConnectOptions): Promise<void> {
  const twin = chooseTwin(options.twin, process.cwd());
  const control = new ControlClient(requireRunning(twin));
  const stores = await control.connections();
  const store = stores.find((candidate) => candidate.name === name);
  if (!store) {
    const known = (await control.status()).stores.find((candidate) => candidate.name === name);
    if (known) throw withoutAddress(known);
    const names = stores.map((candidate) => candidate.name).join(", ");
    throw new PlumblineError(
      "STORE_NOT_FOUND",
      `${twin.name} has no store ${name}.`,
      names === "" ? "Its architecture has no stores." : `Its stores are: ${names}.`,
    );
  }
  const { kind, writer, reader } = store;
  const url = options.reader ? reader : writer;
  if (options.json) return printJson({ schemaVersion: 1, name, kind, url });
  const call = options.url ? null : clientCall(kind, url);
  const client = call && findClient(kind, call);
  if (!client) {
    if (call)
      console.error(besideStyle.dim(`${call.program} is not on PATH. Any client will do with this URL:`));
    return console.log(url);
  }
  process.exitCode = await runAttached(client.program, [...client.args, ...args], { env: client.env });
}
