/**
 * Requests that an operation's own OpenAPI description calls wrong, each made of a right one by one change, with the JSON pointer of the field that
 * the answer has to name.
 */
import type { JsonSchema } from "../src/adapters/api/openapi/component-schemas.ts";
import type { OpenApiDocument, Operation } from "../src/adapters/api/openapi/openapi-document.ts";

export type Example = { path?: Record<string, string>; query?: Record<string, string>; body?: unknown };
export type WrongInput = { what: string; request: Example; pointer: string };
type Fault = { value: unknown; pointer: string; what: string };

const absent = Symbol("absent");
const ofEachType: readonly unknown[] = [null, 7, true, "x", [], {}];

export function wrongInputs(operation: Operation, example: Example, document: OpenApiDocument): WrongInput[] {
  const resolve = (schema: JsonSchema): JsonSchema => resolved(schema, document);
  const parameters = (operation.parameters ?? []).flatMap(({ in: place, name, schema }) =>
    wrongTexts(resolve(schema)).map((text) => ({
      what: `${place} ${name}=${text.slice(0, 20)}`,
      request: { ...example, [place]: { ...example[place], [name]: text } },
      pointer: `/${name}`,
    })),
  );
  const surplus = {
    what: "a query parameter that is not known",
    request: { ...example, query: { ...example.query, surplus: "1" } },
    pointer: "/surplus",
  };
  const schema = operation.requestBody?.content["application/json"]?.schema;
  const bodies = schema === undefined ? [] : faultsOf(schema, example.body, { pointer: "", resolve });
  return [
    ...parameters,
    surplus,
    ...bodies.map(({ what, value, pointer }) => ({ what, pointer, request: { ...example, body: value } })),
  ];
}

function resolved(schema: JsonSchema, document: OpenApiDocument): JsonSchema {
  const reference = schema["$ref"];
  if (typeof reference !== "string") return schema;
  const target = document.components.schemas[reference.replace("#/components/schemas/", "")];
  if (target === undefined) throw new Error(`${reference} leads nowhere`);
  return resolved(target, document);
}

/** Texts of the query or path that are not such a value. */
function wrongTexts(schema: JsonSchema): string[] {
  const { type, enum: choices, minimum, maximum } = schema as { [key: string]: number };
  if (String(type) === "integer") {
    const bounds = [minimum === undefined ? [] : [minimum - 1], maximum === undefined ? [] : [maximum + 1]].flat();
    return ["x", "1.5", ...bounds.map(String)];
  }
  return choices === undefined ? wrongStrings(schema) : ["no-such-choice"];
}

function wrongStrings(schema: JsonSchema): string[] {
  const { minLength, maxLength, pattern, format, enum: choices, const: only } = schema as Record<string, unknown>;
  return [
    ...(typeof minLength === "number" && minLength > 1 ? ["7".repeat(minLength - 1)] : []),
    ...(typeof maxLength === "number" ? ["7".repeat(maxLength + 1)] : []),
    ...(pattern !== undefined || format !== undefined ? ["not, so"] : []),
    ...(choices !== undefined || only !== undefined ? ["no-such-choice"] : []),
  ];
}

type Place = { pointer: string; resolve: (schema: JsonSchema) => JsonSchema };

/** Every value that differs from the right one in one place, with that place. */
function faultsOf(given: JsonSchema, right: unknown, place: Place): Fault[] {
  const schema = variantOf(place.resolve(given), right, place);
  const { pointer } = place;
  const wrongTypes = ofEachType
    .filter((value) => !fitsType(given, value, place))
    .map((value) => ({ value, pointer, what: `${pointer} = ${JSON.stringify(value)}` }));
  if (schema["type"] === "string") {
    const texts = wrongStrings(schema).filter((text) => !fitsAsConstant(given, text, place));
    return [...wrongTypes, ...texts.map((value) => ({ value, pointer, what: `${pointer} = "${value.slice(0, 20)}"` }))];
  }
  if (schema["type"] !== "object") return wrongTypes;
  return [...wrongTypes, ...faultsInside(schema, right as Record<string, unknown>, place)];
}

function faultsInside(schema: JsonSchema, right: Record<string, unknown>, place: Place): Fault[] {
  const properties = (schema["properties"] ?? {}) as Record<string, JsonSchema>;
  const required = (schema["required"] ?? []) as string[];
  const inside = Object.entries(properties).flatMap(([name, property]) => {
    const pointer = `${place.pointer}/${name}`;
    const missing = { value: absent, pointer, what: `${pointer} is missing` };
    const faults = name in right ? faultsOf(property, right[name], { ...place, pointer }) : [];
    return (required.includes(name) ? [missing, ...faults] : faults).map((fault) => {
      const { [name]: _old, ...rest } = right;
      return { ...fault, value: fault.value === absent ? rest : { ...right, [name]: fault.value } };
    });
  });
  const pointer = `${place.pointer}/surplus`;
  return [...inside, { value: { ...right, surplus: 1 }, pointer, what: `${pointer} is not known` }];
}

/** Of several shapes the one that the right value has. */
function variantOf(schema: JsonSchema, right: unknown, place: Place): JsonSchema {
  const variants = variantsOf(schema, place);
  if (variants.length === 1) return variants[0] ?? schema;
  const fitting = variants.find((variant) => isOf(variant, right));
  if (fitting === undefined) throw new Error(`the example fits no shape at ${place.pointer}`);
  return fitting;
}

/** All shapes of a union, and of the unions in it. */
function variantsOf(given: JsonSchema, place: Place): JsonSchema[] {
  const schema = place.resolve(given);
  const variants = (schema["anyOf"] ?? schema["oneOf"]) as JsonSchema[] | undefined;
  return variants === undefined ? [schema] : variants.flatMap((variant) => variantsOf(variant, place));
}

function isOf(schema: JsonSchema, value: unknown): boolean {
  if (!isOfType(schema["type"], value)) return false;
  if (typeOf(value) !== "object") return true;
  const properties = (schema["properties"] ?? {}) as Record<string, JsonSchema>;
  const required = (schema["required"] ?? []) as string[];
  return (
    required.every((name) => name in (value as object)) &&
    Object.entries(properties).every(
      ([name, { const: only }]) => only === undefined || (value as Record<string, unknown>)[name] === only,
    )
  );
}

function fitsType(given: JsonSchema, value: unknown, place: Place): boolean {
  return variantsOf(given, place).some((variant) => variant["type"] === undefined || isOfType(variant["type"], value));
}

/** A whole number is a number as well. */
function isOfType(type: unknown, value: unknown): boolean {
  return type === typeOf(value) || (type === "number" && typeof value === "number");
}

function fitsAsConstant(given: JsonSchema, text: string, place: Place): boolean {
  const schema = place.resolve(given);
  return (schema["enum"] as unknown[] | undefined)?.includes(text) ?? schema["const"] === text;
}

function typeOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return typeof value === "number" ? "integer" : typeof value;
}
