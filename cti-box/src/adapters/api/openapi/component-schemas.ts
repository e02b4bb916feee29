/**
 * JSON Schema (2020-12, the dialect of OpenAPI 3.1) of zod schemas. What `contracts` exports is a component under its own name
 * (`callCardSchema`: `CallCard`), everything else stands where it is used.
 */
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import * as contracts from "../../../../contracts/index.ts";

export type JsonSchema = Record<string, unknown>;
/** Read by the box, or written by it: a field with a default may be left out in what is read and is always there in what is written. */
type Side = "input" | "output";

const named = z.registry<{ id: string }>();
for (const [name, value] of Object.entries(contracts)) {
  if (value instanceof z.ZodType) named.add(value, { id: componentName(name) });
}

function componentName(exportName: string): string {
  const name = exportName.replace(/Schema$/, "");
  return `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}

export class ComponentSchemas {
  readonly #components = new Map<string, JsonSchema>();

  /** The schema, or a reference to its component. Throws where one component would have to be two. */
  schemaOf(schema: z.ZodType, side: Side): JsonSchema {
    const { properties, $defs = {} } = z.toJSONSchema(z.object({ it: schema }), {
      metadata: named,
      io: side,
      unrepresentable: "any",
      override: ({ zodSchema, jsonSchema }) => {
        // Newer boxes may write more fields; only what is read is strict.
        const { def } = zodSchema._zod;
        if (side === "output" && def.type === "object" && !("catchall" in def)) delete jsonSchema.additionalProperties;
      },
    }) as unknown as { properties: { it: JsonSchema }; $defs?: Record<string, JsonSchema> };
    for (const [name, component] of Object.entries($defs)) this.#add(name, withReferences(component));
    return withReferences(properties.it);
  }

  all(): Record<string, JsonSchema> {
    return Object.fromEntries([...this.#components].toSorted(([one], [other]) => (one < other ? -1 : 1)));
  }

  #add(name: string, component: JsonSchema): void {
    const known = this.#components.get(name);
    if (known !== undefined && !isDeepStrictEqual(known, component)) {
      throw new Error(`${name} is read and written, and differs (a default?): give each its own schema`);
    }
    this.#components.set(name, component);
  }
}

/** Definitions are components of the document; their names stand in the keys. */
function withReferences(schema: JsonSchema): JsonSchema {
  return JSON.parse(JSON.stringify(schema).replaceAll("#/$defs/", "#/components/schemas/"), (key, value: unknown) => {
    if (key !== "" || typeof value !== "object" || value === null) return value;
    const { id: _id, $schema: _dialect, ...rest } = value as JsonSchema;
    return rest;
  }) as JsonSchema;
}
