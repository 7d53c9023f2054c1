import { X509Certificate } from "node:crypto";
import { createSecureContext, type SecureContext } from "node:tls";
import { PlumblineError } from "#model/errors.ts";
import type { ListenerTls } from "../configuration.ts";
import { CIPHERS } from "./ciphers.ts";

interface Certificate {
  readonly arn: string;
  /** Host names in lower case, some with "*" for their first label. */
  readonly names: readonly string[];
  readonly context: SecureContext;
}

/** The certificates of a listener, and which of them a client gets. */
export class Certificates {
  readonly #all: readonly Certificate[];

  /** @throws PlumblineError CONFIGURATION_INVALID for what is no certificate, or not with that key. */
  constructor({ certificates, minimumVersion }: ListenerTls, listener: string) {
    this.#all = certificates.map(({ certificate, key, arn }, index) => {
      try {
        return {
          arn: arn ?? `certificate-${index}`,
          names: namesOf(new X509Certificate(certificate)),
          context: createSecureContext({
            cert: certificate,
            key,
            minVersion: minimumVersion,
            ciphers: CIPHERS,
            honorCipherOrder: true,
          }),
        };
      } catch (error) {
        throw new PlumblineError(
          "CONFIGURATION_INVALID",
          `Certificate ${index} of the listener ${listener} cannot be used: ${String(error)}.`,
          "Give a certificate and its own private key, both as PEM.",
          { cause: error },
        );
      }
    });
  }

  get contextOfNobody(): SecureContext {
    return this.#all[0]!.context;
  }

  /** @returns undefined where the first certificate has to do. */
  contextFor(name: string): SecureContext | undefined {
    return this.#find(name)?.context;
  }

  /** What the access log says of a handshake: "-" for the name "if … the domain doesn't match a certificate". */
  named(name: string | false | undefined): { domain: string; certificate: string } {
    const found = typeof name === "string" ? this.#find(name) : undefined;
    return { domain: found === undefined ? "-" : String(name), certificate: (found ?? this.#all[0]!).arn };
  }

  /** An exact name is preferred to a wildcard; of several, the first one counts. */
  #find(asked: string): Certificate | undefined {
    const name = asked.toLowerCase();
    const wildcard = `*${name.slice(name.indexOf("."))}`;
    return (
      this.#all.find(({ names }) => names.includes(name)) ??
      this.#all.find(({ names }) => names.includes(wildcard))
    );
  }
}

function namesOf({ subjectAltName = "" }: X509Certificate): string[] {
  return [...subjectAltName.matchAll(/DNS:([A-Za-z0-9.*_-]+)/g)].map(([, name]) => name!.toLowerCase());
}
