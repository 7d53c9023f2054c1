import { setTimeout as delay } from "node:timers/promises";

/** Waits for a condition; throws when `deadline` milliseconds have passed without it. */
export async function until(condition: () => boolean | Promise<boolean>, deadline = 10_000): Promise<void> {
  const end = performance.now() + deadline;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`The condition did not come true within ${deadline} ms.`);
    await delay(10);
  }
}
