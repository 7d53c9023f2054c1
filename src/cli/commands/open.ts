import { Command } from "commander";
import { PlumblineError } from "#model/errors.ts";
import { ControlClient } from "#twin/control-api/client.ts";
import { browserCommands, openBrowser } from "../browser.ts";
import { example, jsonOption } from "../options.ts";
import { printJson } from "../output.ts";
import { besideStyle } from "../style.ts";
import { chooseTwin, requireRunning } from "../twins.ts";

export function openCommand(): Command {
  return new Command("open")
    .description("print a running twin's URL and show it in the browser, where there is one")
    .argument("[twin]", "its name or its architecture's; the only one that runs if left out")
    .addOption(jsonOption())
    .addHelpText("after", example("open", "open fargate"))
    .action(open);
}

async function open(name: string | undefined, { json }: { json?: true }): Promise<void> {
  const twin = chooseTwin(name, process.cwd());
  const { endpoint: url, loadBalancer } = await new ControlClient(requireRunning(twin)).status();
  if (url === null) {
    throw new PlumblineError(
      "NOT_LISTENING",
      `The load balancer of ${twin.name} does not listen yet.`,
      "Run the command again in a moment; `plumbline status` says how far the twin is.",
    );
  }
  const commands = browserCommands(url, process.env, process.platform);
  if (!json) console.log(url);
  const browser = await openBrowser(commands);
  if (json) return printJson({ schemaVersion: 1, name: twin.name, url, browser });
  if (browser === null) {
    const why =
      commands.length === 0 ? "There is no screen to open a browser on" : "No browser could be started";
    console.error(besideStyle.dim(`${why}; BROWSER can name one.`));
  } else if (url.startsWith("https:"))
    console.error(besideStyle.dim(`It warns of the certificate until it trusts ${loadBalancer.authority}.`));
}
