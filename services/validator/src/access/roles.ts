/** What somebody may do. */
export const ROLES = ["submitter", "viewer", "analyst", "author", "approver", "administrator"] as const;

export type Role = (typeof ROLES)[number];

/** What each role may do beside its own: to change something takes to see it. */
const INCLUDES: Readonly<Record<Role, readonly Role[]>> = {
  submitter: [],
  viewer: [],
  analyst: ["viewer"],
  author: ["viewer", "analyst"],
  approver: ["viewer", "analyst"],
  administrator: ["viewer"],
};

/** These roles with all that they include; names that are no roles are left out. */
export function expandRoles(names: readonly unknown[]): ReadonlySet<Role> {
  return new Set(ROLES.flatMap((role) => (names.includes(role) ? [role, ...INCLUDES[role]] : [])));
}

export const EVERY_ROLE: ReadonlySet<Role> = new Set(ROLES);
