/** What Terraform prints with -json, a line for each event. https://developer.hashicorp.com/terraform/internals/machine-readable-ui */
interface Event {
  readonly type?: string;
  readonly hook?: { readonly resource?: { readonly addr: string } };
  readonly diagnostic?: {
    readonly severity: string;
    readonly address?: string;
    readonly summary: string;
    readonly detail?: string;
  };
}

/** The addresses of what was made or changed. */
export function completedIn(output: string): string[] {
  return addressesIn(output, "apply_complete");
}

/** The addresses of what could not be planned, made, changed or destroyed. */
export function failedIn(output: string): string[] {
  const planned = eventsIn(output).flatMap(({ diagnostic }) =>
    diagnostic?.severity === "error" && diagnostic.address !== undefined ? [diagnostic.address] : [],
  );
  return [...new Set([...planned, ...addressesIn(output, "apply_errored")])];
}

/** Each error in a sentence, with the address that it is about. */
export function problemsIn(output: string): string[] {
  return eventsIn(output).flatMap(({ diagnostic }) => {
    if (diagnostic?.severity !== "error") return [];
    const { address = "terraform", summary, detail = "" } = diagnostic;
    return [[`${address}: ${summary}`, detail].filter((text) => text !== "").join("\n")];
  });
}

function addressesIn(output: string, wanted: string): string[] {
  return eventsIn(output).flatMap(({ type, hook }) =>
    type === wanted && hook?.resource ? [hook.resource.addr] : [],
  );
}

function eventsIn(output: string): Event[] {
  return output.split("\n").flatMap((line) => {
    try {
      return [JSON.parse(line) as Event];
    } catch {
      // A plugin that ends early, or Terraform before it knows of -json, prints plain text.
      return [];
    }
  });
}
