import { Problem } from "../http/problems.ts";
import type { Instruments } from "../observability/instruments.ts";
import type { Proof, Prove } from "./proving.ts";

/** Counts how attempts to prove oneself end: many that are refused are somebody who guesses. */
export function meterProofs({ counter }: Pick<Instruments, "counter">, prove: Prove): Prove {
  const attempts = counter<"outcome">("validator_sign_in_attempts_total", "Attempts to prove oneself.");
  const count = (outcome: string) => attempts({ outcome }).inc();

  async function counted<T>(attempt: () => Promise<T>): Promise<T> {
    try {
      return await attempt();
    } catch (error) {
      count(error instanceof Problem ? (OUTCOMES[error.code] ?? "unavailable") : "unavailable");
      throw error;
    }
  }

  return async (claim) => {
    const proof = await counted(() => prove(claim));
    return {
      name: proof.name,
      accept: (client) => counted(() => proof.accept(client)),
      async settle() {
        count("accepted");
        await proof.settle();
      },
    } satisfies Proof;
  };
}

const OUTCOMES: Readonly<Record<string, string>> = {
  sign_in_refused: "refused",
  too_many_attempts: "throttled",
};
