import type { ResolvedArchitecture } from "#model/architecture.ts";
import type { Finding } from "#model/evidence.ts";
import { type Check, type Found, judged } from "../finding.ts";
import { list } from "../words.ts";

const BEST_PRACTICES = "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html";

/** Whether people are known for sure, and what a service may call is named: actions, and what they are done to. */
export const permissions: Check = ({ services, security }) => [
  administrators(security.administrators.mfa),
  ...ofServices(services),
];

function administrators(hasMfa: boolean): Finding {
  const part = "security.administrators.mfa";
  const found: Found = {
    check: "administrators",
    part,
    says: hasMfa
      ? "Administrators sign in with a second factor."
      : "Administrators sign in with a password alone: whoever learns it has the account.",
    references: [{ page: BEST_PRACTICES, asOf: "2025-05" }],
  };
  return judged(hasMfa, found, `Turn ${part} on.`, { [part]: true });
}

function ofServices(services: ResolvedArchitecture["services"]): Finding[] {
  return Object.entries(services).flatMap(([name, { permissions: declared }]) =>
    declared.map(({ actions, on }, index): Finding => {
      const wide = actions.filter((action) => action.endsWith(":*"));
      const everything = on.includes("*");
      const part = `services.${name}.permissions.${index}`;
      const found: Found = {
        check: "permissions",
        part,
        says: [
          `${name} may call ${list(actions)} on ${everything ? "everything" : list(on)}.`,
          wide.length > 0 && everything
            ? "That is all of a service, in the whole account: whoever gets into a replica has it too."
            : "",
        ]
          .join(" ")
          .trim(),
        references: [{ page: BEST_PRACTICES, asOf: "2025-05" }],
      };
      return judged(
        wide.length === 0 || !everything,
        found,
        "Name the actions that it calls, and the resources.",
      );
    }),
  );
}
