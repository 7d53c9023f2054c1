import { files, isNode, isProduct, nameOf, parse, type Node, walk } from "./repository.ts";

const CODE = /^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/;

/** Functions that take a code, beside the constructor of PlumblineError: which argument it is. */
type Takers = Map<string, number>;

/**
 * Every error code that the product can show: first arguments of PlumblineError, values of fields called `code`, and
 * arguments of functions that pass a parameter on to either.
 */
export function errorCodes(): Set<string> {
  const trees = files("src/**/*.ts", "bin/*.mjs").filter(isProduct).map(parse);
  const takers: Takers = new Map([["PlumblineError", 0]]);
  const codes = new Set<string>();
  // The first pass learns which functions take codes, the second one reads their callers.
  for (const pass of [learn, read]) for (const tree of trees) pass(tree, takers, codes);
  return codes;
}

function learn(tree: Node, takers: Takers): void {
  for (const node of walk(tree)) {
    if (!node.type.includes("Function")) continue;
    const name = nameOf(node["id"]);
    if (name === undefined || !Array.isArray(node["params"])) continue;
    const parameters = node["params"].map(parameterName);
    const used = new Set(codePositions(node, takers).flatMap((position) => [...walk(position)].map(nameOf)));
    const index = parameters.findIndex(
      (parameter) => parameter !== undefined && (parameter === "code" || used.has(parameter)),
    );
    if (index !== -1) takers.set(name, index);
  }
}

function read(tree: Node, takers: Takers, codes: Set<string>): void {
  for (const position of codePositions(tree, takers)) collect(position, tree, codes);
  for (const node of walk(tree)) {
    // `otherwise = "STORE_START_FAILED"`: what a taker uses when it is given nothing.
    if (!node.type.includes("Function") || !Array.isArray(node["params"])) continue;
    const index = takers.get(nameOf(node["id"]) ?? "");
    const parameter: unknown = index === undefined ? undefined : node["params"][index];
    if (isNode(parameter) && parameter.type === "AssignmentPattern") collect(parameter["right"], tree, codes);
  }
}

/** The expressions whose value is a code. */
function codePositions(tree: Node, takers: Takers): Node[] {
  return [...walk(tree)].flatMap((node) => {
    if (node.type === "ClassDeclaration" && takers.has(nameOf(node["superClass"]) ?? ""))
      return superArguments(node);
    if (node.type === "Property" && nameOf(node["key"]) === "code" && isNode(node["value"]))
      return [node["value"]];
    if (node.type !== "NewExpression" && node.type !== "CallExpression") return [];
    const index = takers.get(nameOf(node["callee"]) ?? "");
    const argument = index === undefined ? undefined : (node["arguments"] as unknown[])[index];
    return isNode(argument) ? [argument] : [];
  });
}

/** What a class of errors gives to the constructor of PlumblineError. */
function superArguments(declaration: Node): Node[] {
  return [...walk(declaration)].flatMap((node) => {
    if (node.type !== "CallExpression" || !isNode(node["callee"]) || node["callee"].type !== "Super")
      return [];
    const [first] = node["arguments"] as unknown[];
    return isNode(first) ? [first] : [];
  });
}

/** Takes the literals that an expression can come to; a constant's are looked up in its file. */
function collect(expression: unknown, tree: Node, codes: Set<string>): void {
  if (!isNode(expression)) return;
  switch (expression.type) {
    case "Literal":
      if (CODE.test(String(expression["value"]))) codes.add(String(expression["value"]));
      return;
    case "ConditionalExpression":
      collect(expression["consequent"], tree, codes);
      return collect(expression["alternate"], tree, codes);
    case "LogicalExpression":
      collect(expression["left"], tree, codes);
      return collect(expression["right"], tree, codes);
    case "CallExpression":
      for (const argument of expression["arguments"] as unknown[]) collect(argument, tree, codes);
      return;
    case "Identifier": {
      const constant = [...walk(tree)].find(
        (node) => node.type === "VariableDeclarator" && nameOf(node["id"]) === expression["name"],
      );
      if (isNode(constant?.["init"]) && constant["init"].type !== "Identifier")
        collect(constant["init"], tree, codes);
      return;
    }
  }
}

function parameterName(parameter: unknown): string | undefined {
  if (!isNode(parameter)) return undefined;
  return nameOf(parameter.type === "AssignmentPattern" ? parameter["left"] : parameter);
}
