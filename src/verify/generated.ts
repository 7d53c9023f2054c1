import { checkPolicies, type Finding } from "#terraform/policies/check.ts";
import { projectTerraform } from "#terraform/project.ts";
import { reachabilityOf } from "#terraform/reachability/compare.ts";
import { formatPorts, type Path } from "#terraform/reachability/reach.ts";
import { check } from "./checks.ts";
import type { VerifyCheck } from "./report.ts";
import { attempt, type Subject } from "./subject.ts";

/** What the Terraform that is generated from the architecture would build: good practice, and who reaches whom. */
export function generatedChecks({ architecture }: Subject): VerifyCheck[] {
  const stack = attempt(() => projectTerraform(architecture));
  if ("why" in stack)
    return [
      check({
        id: "policy.terraform",
        title: "The generated Terraform",
        kind: "policy",
        source: "computed",
        verdict: "inconclusive",
        says: `No Terraform can be generated: ${stack.why}.`,
      }),
    ];
  const { passed, findings } = checkPolicies(architecture, stack.value);
  const { paths, forbidden, missing } = reachabilityOf(architecture, stack.value);
  return [
    ...grouped(findings).map(policyCheck),
    check({
      id: "policy.kept",
      title: "Policies of good practice",
      kind: "policy",
      source: "computed",
      verdict: "holds",
      figure: passed.length,
      unit: "count",
      says: `The generated Terraform keeps ${passed.length} policies: ${passed.map(({ id }) => id).join(", ")}.`,
    }),
    ...forbidden.map((path) => pathCheck(path, "is open, and the architecture does not speak of it")),
    ...missing.map((path) => pathCheck(path, "is closed, and the architecture needs it")),
    ...(forbidden.length + missing.length === 0
      ? [
          check({
            id: "reachability.declared",
            title: "Who reaches whom",
            kind: "reachability",
            source: "computed",
            verdict: "holds",
            figure: paths.length,
            unit: "count",
            says: `The generated network lets ${paths.length} ways through, and no other one: those that the architecture declares.`,
          }),
        ]
      : []),
  ];
}

/** What breaks a policy and is not excepted belongs together, and so does what is excepted. */
function grouped(findings: readonly Finding[]): (readonly [Finding, ...Finding[]])[] {
  const groups = Object.groupBy(findings, ({ policy, exception }) => `${policy.id} ${exception !== null}`);
  return Object.values(groups).flatMap((group) =>
    group?.[0] ? [[group[0], ...group.slice(1)] as const] : [],
  );
}

/** One that is excepted holds, by the architecture's own reason. */
function policyCheck(group: readonly [Finding, ...Finding[]]): VerifyCheck {
  const [{ policy, exception }] = group;
  const { cis, pciDss, hipaa, soc2 } = policy.references;
  const controls = Object.entries({ CIS: cis, "PCI DSS": pciDss, HIPAA: hipaa, "SOC 2": soc2 })
    .flatMap(([standard, control]) => (control === undefined ? [] : [`${standard} ${control}`]))
    .join(", ");
  const places = group.map(({ address, found }) => `${address}: ${found}`).join("; ");
  return check({
    id: exception === null ? `policy.${policy.id}` : `policy.${policy.id}.excepted`,
    title: policy.title,
    kind: "policy",
    source: "computed",
    part: group[0].address,
    verdict: exception === null ? "fails" : "holds",
    figure: group.length,
    limit: 0,
    unit: "count",
    says:
      exception === null
        ? `${places}. Asked for by ${controls}; severity ${policy.severity}.`
        : `${places}. Excepted: ${[...new Set(group.map((each) => each.exception))].join(" ")}`,
    remedy: exception === null ? `Keep the policy: ${policy.remedy}.` : null,
  });
}

function pathCheck({ from, to, ports }: Path, what: string): VerifyCheck {
  const port = formatPorts(ports);
  return check({
    id: `reachability.${from}.${to}.${port}`.replaceAll(" ", "-"),
    title: `Who reaches whom: ${from} → ${to}`,
    kind: "reachability",
    source: "computed",
    verdict: "fails",
    says: `The way from ${from} to ${to} on port ${port} ${what}.`,
    remedy: "Take the override of the generated rule away, or declare the way in the architecture.",
  });
}
