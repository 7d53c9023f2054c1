/** The environment does not make a configuration: every problem at once. */
export class ConfigError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`The environment is not complete: ${problems.join("; ")}.`);
    this.problems = problems;
  }
}

/** Reads variables one by one and gathers what is wrong with them. An empty variable counts as absent. */
export class Environment {
  readonly #variables: Readonly<Record<string, string | undefined>>;
  readonly #problems: string[] = [];

  constructor(variables: Readonly<Record<string, string | undefined>>) {
    this.#variables = variables;
  }

  /** Undefined where it is absent. */
  find(name: string): string | undefined {
    return this.#variables[name] || undefined;
  }

  text(name: string, fallback: string): string {
    return this.find(name) ?? fallback;
  }

  /** A whole number within bounds. */
  whole(name: string, fallback: number, min: number, max: number): number {
    const given = this.find(name);
    if (given === undefined) return fallback;
    const value = /^\d{1,15}$/.test(given) ? Number(given) : Number.NaN;
    if (value >= min && value <= max) return value;
    this.refuse(`${name} must be a whole number from ${min} to ${max}`);
    return fallback;
  }

  choice<Choice extends string>(name: string, choices: readonly Choice[], fallback: Choice): Choice {
    const given = this.text(name, fallback);
    const found = choices.find((choice) => choice === given);
    if (found === undefined) this.refuse(`${name} must be one of ${choices.join(", ")}`);
    return found ?? fallback;
  }

  /** An address with one of these protocols; undefined where it is absent or wrong. */
  url(name: string, protocols: readonly string[]): string | undefined {
    const given = this.find(name);
    if (given === undefined) return undefined;
    const { protocol } = URL.parse(given) ?? {};
    if (protocol !== undefined && protocols.includes(protocol)) return given;
    this.refuse(`${name} must be an address with ${protocols.map((each) => `${each}//`).join(" or ")}`);
    return undefined;
  }

  /** As `url`, of something that must be there. */
  neededUrl(name: string, protocols: readonly string[]): string {
    const found = this.url(name, protocols);
    if (found !== undefined) return found;
    if (this.find(name) === undefined) this.refuse(`${name} is missing`);
    return "";
  }

  refuse(problem: string): void {
    this.#problems.push(problem);
  }

  /** @throws ConfigError with everything that was wrong. */
  check(): void {
    if (this.#problems.length > 0) throw new ConfigError(this.#problems);
  }
}
