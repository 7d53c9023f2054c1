/** What one policy wants by its own metric, before anybody has weighed it against the others and the bounds. */
export type Opinion =
  | { readonly kind: "out" | "in"; readonly desired: number; readonly cause: string }
  /** It wants the capacity that there is. */
  | { readonly kind: "hold" }
  /** It has nothing to say about the capacity that there is: the alarm of a step policy is quiet. */
  | { readonly kind: "none" };
