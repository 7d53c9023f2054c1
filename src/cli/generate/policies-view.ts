import type { Finding, PolicyReport } from "#terraform/policies/check.ts";
import type { References } from "#terraform/policies/policy.ts";
import { style } from "../style.ts";

const NAMES: Readonly<Record<keyof References, string>> = {
  cis: "CIS",
  pciDss: "PCI DSS",
  hipaa: "HIPAA",
  soc2: "SOC 2",
};

const PAINT = { high: style.red, medium: style.yellow, low: style.dim } as const;

/** Findings by policy, the gravest first, each with the controls that it breaks and what would mend it. */
export function renderPolicies({ passed, findings }: PolicyReport): string {
  const open = findings.filter(({ exception }) => exception === null);
  const accepted = findings.filter(({ exception }) => exception !== null);
  const groups = Object.values(Object.groupBy(open, ({ policy }) => policy.id)).flatMap((group) =>
    group ? [group] : [],
  );
  const order = ["high", "medium", "low"];
  const sorted = groups.toSorted(
    (a, b) => order.indexOf(a[0]?.policy.severity ?? "low") - order.indexOf(b[0]?.policy.severity ?? "low"),
  );
  const sections = [
    ...sorted.map(renderGroup),
    ...accepted.map(
      ({ policy, address, exception }) =>
        `${style.dim("excepted")}  ${policy.id}  ${address}\n          ${exception ?? ""}`,
    ),
  ];
  const count = `${passed.length} policies hold, ${groups.length} do not${accepted.length > 0 ? `, ${accepted.length} findings are excepted` : ""}.`;
  return [...sections, count].join("\n\n");
}

function renderGroup(group: readonly Finding[]): string {
  const policy = group[0]?.policy;
  if (!policy) return "";
  const controls = Object.entries(policy.references)
    .map(([standard, control]) => `${NAMES[standard as keyof References]} ${String(control)}`)
    .join(", ");
  return [
    `${PAINT[policy.severity](policy.severity.padEnd(8))}  ${style.bold(policy.title)}  ${style.dim(policy.id)}`,
    ...group.map(({ address, found }) => `          ${address}: ${found}`),
    `          ${style.dim(controls)}`,
    `          To mend it: ${policy.remedy}`,
  ].join("\n");
}

/** The same for programs. */
export function policiesJson({ passed, findings }: PolicyReport) {
  return {
    passed: passed.map(({ id }) => id),
    findings: findings.map(({ policy, address, found, exception }) => ({
      policy: policy.id,
      severity: policy.severity,
      references: policy.references,
      address,
      found,
      exception,
    })),
  };
}
