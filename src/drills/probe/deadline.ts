/** Waits for work until a deadline; what has failed, or is late, is given up. @throws why */
export async function within(timeoutMs: number, work: Promise<void>, giveUp: () => void): Promise<void> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new Error(`there was no answer within ${timeoutMs} ms`)),
    timeoutMs,
  );
  try {
    await Promise.race([work, late.promise]);
  } catch (error) {
    giveUp();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
