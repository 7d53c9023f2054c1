import type { Load, LoadResult, Second } from "./generator.ts";
import type { RequestTemplate } from "./request.ts";

/** What the program that sends load is told. */
export type ToGenerator =
  | { readonly kind: "run"; readonly load: Load; readonly request: RequestTemplate; readonly run: string }
  | { readonly kind: "stop" };

/** What it tells. */
export type FromGenerator =
  | { readonly kind: "second"; readonly second: Second }
  | { readonly kind: "result"; readonly result: LoadResult }
  | { readonly kind: "failed"; readonly message: string };
