import { Environment } from "@marcbachmann/cel-js";

import { LIMITS } from "../limits.ts";
import { FUNCTIONS } from "./calls.ts";
import type { ValueType } from "./node.ts";
import { variableTypes } from "./variables.ts";

/** The CEL library's names for the types. */
export const CEL_TYPES: Readonly<Record<ValueType, string>> = {
  int: "int",
  double: "double",
  string: "string",
  bool: "bool",
  timestamp: "google.protobuf.Timestamp",
  duration: "google.protobuf.Duration",
};

/** Functions that CEL has by itself. */
const STANDARD: ReadonlySet<string> = new Set(["timestamp", "duration", "double", "size"]);

/** Names, parameters and results of the functions that CEL does not have. */
export const OWN_FUNCTIONS = Object.entries(FUNCTIONS).filter(([name]) => !STANDARD.has(name));

/** Declares the language's variables to the CEL library, with its limits. */
export function declareVariables(): Environment {
  const environment = new Environment({
    limits: {
      maxAstNodes: LIMITS.nodes,
      maxDepth: LIMITS.depth,
      maxListElements: LIMITS.elements,
      maxCallArguments: 4,
    },
  });
  const { plain, groups } = variableTypes();
  for (const [name, type] of plain) environment.registerVariable(name, CEL_TYPES[type]);
  for (const [name, fields] of groups) {
    const schema = Object.fromEntries(
      Object.entries(fields).map(([field, type]) => [field, CEL_TYPES[type]]),
    );
    environment.registerVariable({ name, schema });
  }
  return environment;
}

function declareLanguage(): Environment {
  const environment = declareVariables();
  for (const [name, { parameters, returns }] of OWN_FUNCTIONS) {
    const signature = `${name}(${parameters.map((type) => CEL_TYPES[type]).join(", ")}): ${CEL_TYPES[returns]}`;
    // Expressions are parsed and checked by the library and run by our own compiler.
    environment.registerFunction(signature, () => {
      throw new Error(`${name} is not run by the CEL library`);
    });
  }
  return environment;
}

/** Parses and checks expressions of the language. */
export const environment = declareLanguage();
