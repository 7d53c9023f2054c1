/** The steps between which a relay may die, by the names that tests stop it by. */
export type Step =
  | "taken"
  | "read"
  | "logged"
  | "committed"
  | "publishing"
  | "published"
  | "told"
  | "delivering"
  | "delivered"
  | "handled";

/** Called after each step. */
export type OnStep = (step: Step) => void | Promise<void>;
