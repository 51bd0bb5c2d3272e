import type { JsonSchema, SchemaObject } from "./jsonSchema.ts";

type Resolve = (schema: JsonSchema) => JsonSchema;

/** Whether no value fits two schemas: their types, their values, or those of a property that both require, differ. */
export function areDisjoint(a: JsonSchema, b: JsonSchema, resolve: Resolve): boolean {
  const [one, other] = [resolve(a), resolve(b)];
  if (typeof one === "boolean" || typeof other === "boolean") return one === false || other === false;
  const [values, others] = [valuesOf(one), valuesOf(other)];
  if (values !== undefined && others !== undefined) return !values.some((value) => others.includes(value));
  const [types, otherTypes] = [typesOf(one), typesOf(other)];
  if (
    types !== undefined &&
    otherTypes !== undefined &&
    !types.some((type) => otherTypes.some((o) => overlap(type, o)))
  ) {
    return true;
  }
  const both = requiredOf(one).filter((name) => requiredOf(other).includes(name));
  return both.some((name) => {
    const [mine, theirs] = [propertyOf(one, name), propertyOf(other, name)];
    return mine !== undefined && theirs !== undefined && areDisjoint(mine, theirs, resolve);
  });
}

/** The values that a schema allows, as JSON, if it lists them. */
function valuesOf(schema: SchemaObject): string[] | undefined {
  if (Object.hasOwn(schema, "const")) return [JSON.stringify(schema["const"])];
  const { enum: all } = schema;
  return Array.isArray(all) ? all.map((value) => JSON.stringify(value)) : undefined;
}

function typesOf(schema: SchemaObject): string[] | undefined {
  const { type } = schema;
  if (type !== undefined) return [type].flat() as string[];
  return valuesOf(schema)?.map((value) => typeOf(JSON.parse(value)));
}

function typeOf(value: unknown): string {
  return value === null ? "null" : Array.isArray(value) ? "array" : typeof value;
}

function overlap(a: string, b: string): boolean {
  return a === b || (a === "integer" && b === "number") || (a === "number" && b === "integer");
}

function requiredOf({ type, required }: SchemaObject): string[] {
  return type === "object" && Array.isArray(required) ? (required as string[]) : [];
}

function propertyOf({ properties }: SchemaObject, name: string): JsonSchema | undefined {
  return (properties as Record<string, JsonSchema> | undefined)?.[name];
}
