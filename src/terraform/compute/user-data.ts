import type { ResolvedArchitecture, ResolvedService } from "#model/architecture.ts";
import { type Expression, isExpression } from "../hcl/expression.ts";
import type { ServiceEnvironment } from "./environment.ts";
import { type UnitText, unitText } from "./unit-text.ts";

type Compute = Extract<ResolvedArchitecture["compute"], { readonly kind: "ec2-auto-scaling" }>;
type Piece = string | Expression<string>;

export interface UserData extends UnitText {
  readonly compute: Compute;
  readonly environment: (service: ResolvedService) => ServiceEnvironment;
}

/**
 * What an instance does at its first start: the container runtime, the service's image, and a systemd unit that keeps it
 * running. https://www.freedesktop.org/software/systemd/man/latest/systemd.service.html
 */
export function userDataOf(parts: UserData): Expression<string> {
  const { service, declared, jobs, compute, region, image } = parts;
  const pieces: Piece[] = [
    "#!/bin/bash\nset -euo pipefail\n\n",
    install(compute),
    `\naws ecr get-login-password --region ${region} | docker login --username AWS --password-stdin "$(echo '`,
    image(service),
    "' | cut -d/ -f1)\"\n",
    "install -d -m 0700 /etc/services\n",
    ...[[service, declared] as const, ...jobs].flatMap(([name, each]) => environmentFile(parts, name, each)),
    "\n",
    `cat > /etc/systemd/system/${service}.service <<'UNIT'\n`,
    ...unitText(parts),
    "UNIT\n",
    compute.cloudWatchAgent ? agent(service) : "",
    "systemctl daemon-reload\n",
    `systemctl enable --now ${service}.service\n`,
  ];
  return { expression: { kind: "template", parts: pieces } };
}

function install({ image, cloudWatchAgent }: Compute): string {
  const extra = cloudWatchAgent ? " amazon-cloudwatch-agent" : "";
  return image === "amazon-linux-2023"
    ? `dnf install --assumeyes docker jq${extra}\nsystemctl enable --now docker\n`
    : `apt-get update\napt-get install --yes docker.io jq awscli${extra}\nsystemctl enable --now docker\n`;
}

/** Settings as they are; secrets are read when the instance starts, and are in no image and in no launch template. */
function environmentFile({ region, environment }: UserData, name: string, service: ResolvedService): Piece[] {
  const { variables, secrets } = environment(service);
  const file = `/etc/services/${name}.env`;
  const lines = Object.entries(variables)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([key, value]): Piece[] => [
      `${key}=`,
      ...(isExpression(value) ? [value as Piece] : [value]),
      "\n",
    ]);
  const fetched = Object.entries(secrets).flatMap(([key, { secret, key: part }]): Piece[] => [
    `echo "${key}=$(aws secretsmanager get-secret-value --region ${region} --secret-id '`,
    secret,
    `' --query SecretString --output text | jq --raw-output '.${part}')" >> ${file}\n`,
  ]);
  return [`cat > ${file} <<'SETTINGS'\n`, ...lines, "SETTINGS\n", `chmod 0600 ${file}\n`, ...fetched];
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Agent-Configuration-File-Details.html */
function agent(service: string): string {
  const configuration = {
    metrics: {
      namespace: "CWAgent",
      append_dimensions: { AutoScalingGroupName: "${aws:AutoScalingGroupName}" },
      aggregation_dimensions: [["AutoScalingGroupName"]],
      metrics_collected: {
        mem: { measurement: ["mem_used_percent"] },
        disk: { measurement: ["used_percent"], resources: ["/"] },
      },
    },
  };
  const file = `/opt/aws/amazon-cloudwatch-agent/etc/${service}.json`;
  return `cat > ${file} <<'AGENT'\n${JSON.stringify(configuration, null, 2)}\nAGENT\n/opt/aws/amazon-cloudwatch-agent/bin/amazon-cloudwatch-agent-ctl -a fetch-config -m ec2 -s -c file:${file}\n`;
}
