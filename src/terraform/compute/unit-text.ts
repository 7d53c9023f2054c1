import type { ResolvedService } from "#model/architecture.ts";
import { CLEAN_EXITS, type ServiceUnit } from "#model/service-unit.ts";
import { seconds } from "../durations.ts";
import type { Expression } from "../hcl/expression.ts";

type Piece = string | Expression<string>;

export interface UnitText {
  readonly service: string;
  readonly unit: ServiceUnit;
  readonly declared: Exclude<ResolvedService, { readonly kind: "job" }>;
  /** The jobs that the unit names. */
  readonly jobs: readonly (readonly [string, ResolvedService])[];
  readonly region: string;
  readonly image: (service: string) => Expression<string>;
  readonly logGroup: Expression<string>;
}

/** `docker stop` ends by force itself; systemd waits that much longer for it. */
const BEYOND_STOP_SECONDS = 5;

/**
 * The unit file of a service that runs in a container: systemd keeps `docker run`, which ends when its container does and with
 * its exit code. systemd.unit(5), systemd.service(5), systemd.kill(5):
 * https://www.freedesktop.org/software/systemd/man/latest/systemd.service.html
 */
export function unitText(text: UnitText): Piece[] {
  const { service, unit, declared, jobs } = text;
  const { startLimit } = unit;
  const stop = seconds(unit.stopTimeoutMs);
  return [
    `[Unit]\nDescription=${service}\nAfter=docker.service network-online.target\nRequires=docker.service\nWants=network-online.target\n`,
    `StartLimitIntervalSec=${seconds(startLimit.intervalMs)}\nStartLimitBurst=${startLimit.burst}\n\n`,
    `[Service]\nExecStartPre=-/usr/bin/docker rm --force ${service}\n`,
    ...jobs.flatMap(([name, job]) => ["ExecStartPre=", ...run(text, name, job, "--rm")]),
    "ExecStart=",
    ...run(text, service, declared, `--name ${service}`),
    `ExecStop=/usr/bin/docker stop --time ${stop} ${service}\n`,
    `TimeoutStartSec=${seconds(unit.startTimeoutMs)}\nTimeoutStopSec=${stop + BEYOND_STOP_SECONDS}\nKillSignal=SIGTERM\n`,
    `SuccessExitStatus=${CLEAN_EXITS.join(" ")}\nRestart=${unit.restart}\nRestartSec=${seconds(unit.restartDelayMs)}\n\n`,
    "[Install]\nWantedBy=multi-user.target\n",
  ];
}

function run(
  { unit, region, image, logGroup }: UnitText,
  name: string,
  service: ResolvedService,
  as: string,
): Piece[] {
  const port = service.kind === "web" ? ` --publish ${service.port}:${service.port}` : "";
  const user = service.runAsNonRoot ? ` --user ${unit.user}:${unit.user}` : "";
  const readOnly = service.readOnlyRootFilesystem ? " --read-only --tmpfs /tmp" : "";
  return [
    `/usr/bin/docker run ${as} --env-file /etc/services/${name}.env${port}${user}${readOnly} --ulimit nofile=${unit.openFiles}:${unit.openFiles} \\\n`,
    `  --log-driver awslogs --log-opt awslogs-region=${region} --log-opt awslogs-group=`,
    logGroup,
    ` --log-opt tag="${name}/{{.ID}}" \\\n  `,
    image(name),
    ` ${service.command.map(unitWord).join(" ")}\n`,
  ];
}

/**
 * A word of a command line as systemd reads it, which is not a shell's way: backslashes count within quotes, `%` begins
 * a specifier and `$` a variable, in quotes too. systemd.service(5), "Command lines".
 */
export function unitWord(word: string): string {
  const plain = word.replaceAll("%", "%%").replaceAll("$", "$$$$");
  if (/^[\w@%+=:,./$-]+$/.test(plain)) return plain;
  return `"${plain.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n").replaceAll("\t", "\\t")}"`;
}
