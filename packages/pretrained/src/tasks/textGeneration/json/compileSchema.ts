import { describeArgument } from "@qkv/ops";
import { anyCharacterRule } from "./characters.ts";
import { areDisjoint } from "./disjoint.ts";
import { Grammar, type Rule } from "./grammar.ts";
import type { JsonSchema, SchemaObject } from "./jsonSchema.ts";
import { integer, integerBetween, number } from "./numbers.ts";
import { patternRule } from "./pattern.ts";

/** A schema as a grammar of the bytes of its JSON. */
export interface CompiledSchema {
  readonly grammar: Grammar;
  readonly root: Rule;
}

/**
 * Compiles a schema. Objects have their properties in the schema's order, and no others where some are listed; between the
 * parts there may be a space, or a new line with an indent.
 *
 * @throws RangeError naming the place and what is not known there
 */
export function compileSchema(who: string, schema: JsonSchema): CompiledSchema {
  return new SchemaCompiler(who, schema).compile();
}

/** Keywords that only describe. */
const ANNOTATIONS = new Set([
  ...["$schema", "$id", "$anchor", "$comment", "$defs", "definitions", "title", "description", "default", "examples"],
  ...["deprecated", "readOnly", "writeOnly"],
]);

const NUMERIC = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"] as const;
const BY_TYPE: Readonly<Record<string, readonly string[]>> = {
  object: ["properties", "required", "additionalProperties"],
  array: ["items", "prefixItems", "minItems", "maxItems"],
  string: ["minLength", "maxLength", "pattern", "format"],
  number: NUMERIC,
  integer: NUMERIC,
  boolean: [],
  null: [],
};
const ALONE = ["$ref", "anyOf", "oneOf", "allOf", "enum", "const"] as const;

const [DATE, TIME] = [
  "\\d{4}-((0[13578]|1[02])-(0[1-9]|[12]\\d|3[01])|(0[469]|11)-(0[1-9]|[12]\\d|30)|02-(0[1-9]|1\\d|2[0-8]))",
  "([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(\\.\\d{1,6})?(Z|[+-]([01]\\d|2[0-3]):[0-5]\\d)",
];
const FORMATS: Readonly<Record<string, string>> = {
  date: `^${DATE}$`,
  time: `^${TIME}$`,
  "date-time": `^${DATE}T${TIME}$`,
  uuid: "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$",
};

/** The most items, or characters, that a schema may count. */
const MOST_COUNTED = 100_000;
const MOST_INDENT = 32;

class SchemaCompiler {
  readonly #who: string;
  readonly #root: JsonSchema;
  readonly #grammar = new Grammar();
  readonly #space: Rule;
  readonly #character: Rule;
  readonly #ofReference = new Map<string, Rule>();
  #any: Rule | undefined;

  constructor(who: string, root: JsonSchema) {
    this.#who = who;
    this.#root = root;
    this.#space = this.#spaceRule();
    this.#character = anyCharacterRule(this.#grammar);
  }

  compile(): CompiledSchema {
    const root = this.#grammar.rule();
    const begun = this.#grammar.state();
    this.#grammar.through(root.start, this.#space, begun);
    this.#schema(this.#root, "json", begun, root.final);
    return { grammar: this.#grammar, root };
  }

  /** Nothing, a space, or a new line with an indent. */
  #spaceRule(): Rule {
    const rule = this.#grammar.rule();
    this.#grammar.empty(rule.start, rule.final);
    this.#grammar.byte(rule.start, 0x20, 0x20, rule.final);
    let at = this.#grammar.state();
    this.#grammar.byte(rule.start, 0x0a, 0x0a, at);
    for (let i = 0; i <= MOST_INDENT; i++) {
      this.#grammar.empty(at, rule.final);
      const next = this.#grammar.state();
      if (i < MOST_INDENT) this.#grammar.byte(at, 0x20, 0x20, next);
      at = next;
    }
    return rule;
  }

  #schema(given: JsonSchema, path: string, from: number, to: number): void {
    if (given === true) return this.#grammar.through(from, this.#anyRule(), to);
    if (given === false) return; // nothing fits
    if (typeof given !== "object" || given === null || Array.isArray(given)) {
      this.#refuse(path, "a JSON Schema", describeArgument(given));
    }
    const keywords = Object.keys(given).filter((name) => !ANNOTATIONS.has(name) && given[name] !== undefined);
    if (keywords.length === 0) return this.#grammar.through(from, this.#anyRule(), to);
    const alone = ALONE.find((name) => keywords.includes(name));
    if (alone === undefined) return this.#typed(given, keywords, path, from, to);
    const besides = keywords.filter(
      (name) => name !== alone && !(name === "type" && (alone === "enum" || alone === "const")),
    );
    if (besides.length > 0) this.#refuse(path, `no other keyword beside ${alone}`, besides.join(", "));
    this.#alone(alone, given, path, from, to);
  }

  #alone(keyword: (typeof ALONE)[number], schema: SchemaObject, path: string, from: number, to: number): void {
    const value = schema[keyword];
    if (keyword === "$ref") return this.#grammar.through(from, this.#reference(value, path), to);
    if (keyword === "const") return this.#literals([value], schema, path, from, to);
    if (!Array.isArray(value) || value.length === 0) {
      this.#refuse(`${path}.${keyword}`, "a list that is not empty", describeArgument(value));
    }
    const list = value as readonly JsonSchema[];
    if (keyword === "enum") return this.#literals(list, schema, path, from, to);
    if (keyword === "allOf" && list.length > 1) this.#refuse(`${path}.allOf`, "one schema", `${list.length}`);
    if (keyword === "oneOf") this.#expectDisjoint(list, path);
    for (const [i, one] of list.entries()) this.#schema(one, `${path}.${keyword}[${i}]`, from, to);
  }

  #literals(values: readonly unknown[], { type }: SchemaObject, path: string, from: number, to: number): void {
    for (const value of values) {
      const text = JSON.stringify(value) as string | undefined;
      if (text === undefined) this.#refuse(path, "values of JSON", describeArgument(value));
      if (type === undefined || [type].flat().some((name) => isOfType(value, name))) this.#grammar.text(from, text, to);
    }
  }

  #expectDisjoint(list: readonly JsonSchema[], path: string): void {
    for (const [i, one] of list.entries()) {
      for (const [j, other] of list.entries()) {
        if (j <= i || areDisjoint(one, other, (schema) => this.#resolved(schema))) continue;
        this.#refuse(
          `${path}.oneOf`,
          "schemas that exclude each other by a type or a const, or anyOf",
          `${i} and ${j}`,
        );
      }
    }
  }

  #typed(schema: SchemaObject, keywords: readonly string[], path: string, from: number, to: number): void {
    const known = Object.keys(BY_TYPE);
    const guessed = known.filter(
      (type) => type !== "integer" && keywords.some((name) => BY_TYPE[type]?.includes(name)),
    );
    const types = schema["type"] === undefined ? guessed : [schema["type"]].flat();
    const allowed = new Set(["type", ...types.flatMap((type) => BY_TYPE[type as string] ?? [])]);
    const odd = keywords.find((name) => !allowed.has(name));
    if (odd !== undefined) this.#refuse(path, "keywords that are known here", odd);
    for (const type of types) {
      if (typeof type !== "string" || !Object.hasOwn(BY_TYPE, type)) {
        this.#refuse(`${path}.type`, known.join(", "), JSON.stringify(type));
      }
      this.#ofType(type, schema, path, from, to);
    }
  }

  #ofType(type: string, schema: SchemaObject, path: string, from: number, to: number): void {
    if (type === "object") this.#object(schema, path, from, to);
    else if (type === "array") this.#array(schema, path, from, to);
    else if (type === "string") this.#string(schema, path, from, to);
    else if (type === "integer") this.#integer(schema, path, from, to);
    else if (type === "number") this.#number(schema, path, from, to);
    else if (type === "null") this.#grammar.text(from, "null", to);
    else for (const text of ["true", "false"]) this.#grammar.text(from, text, to);
  }

  #object(schema: SchemaObject, path: string, from: number, to: number): void {
    const { properties = {}, required = [], additionalProperties: others = true } = schema;
    if (typeof properties !== "object" || properties === null || Array.isArray(properties)) {
      this.#refuse(`${path}.properties`, "an object of schemas", describeArgument(properties));
    }
    if (!Array.isArray(required) || required.some((name) => typeof name !== "string")) {
      this.#refuse(`${path}.required`, "a list of names", describeArgument(required));
    }
    const listed = new Map(Object.entries(properties as Record<string, JsonSchema>));
    for (const name of required as readonly string[]) if (!listed.has(name)) listed.set(name, others as JsonSchema);
    const inside = this.#opened(from, "{");
    if (listed.size === 0) return this.#map(others as JsonSchema, path, inside, to);
    let [first, further]: [number, number | undefined] = [inside, undefined]; // before any property, and after one
    for (const [name, property] of listed) {
      const [begun, done] = [this.#grammar.state(), this.#grammar.state()];
      this.#property(JSON.stringify(name), property, `${path}.properties.${name}`, begun, done);
      this.#grammar.through(first, this.#space, begun);
      if (further !== undefined) this.#comma(further, begun);
      const isRequired = (required as readonly string[]).includes(name);
      const skipped = this.#grammar.state();
      if (!isRequired) {
        this.#grammar.empty(first, skipped);
        if (further !== undefined) this.#grammar.empty(further, done);
      }
      [first, further] = [skipped, done];
    }
    this.#closed(first, "}", to);
    if (further !== undefined) this.#closed(further, "}", to);
  }

  /** An object of any keys. */
  #map(values: JsonSchema, path: string, inside: number, to: number): void {
    const [begun, key, done] = [this.#grammar.state(), this.#grammar.state(), this.#grammar.state()];
    this.#grammar.through(inside, this.#space, begun);
    this.#anyString(begun, key);
    this.#value(key, values, `${path}.additionalProperties`, done);
    this.#comma(done, begun);
    for (const at of [inside, done]) this.#closed(at, "}", to);
  }

  #property(key: string, schema: JsonSchema, path: string, from: number, to: number): void {
    const named = this.#grammar.state();
    this.#grammar.text(from, key, named);
    this.#value(named, schema, path, to);
  }

  /** A colon, and a value. */
  #value(from: number, schema: JsonSchema, path: string, to: number): void {
    const [colon, begun] = [this.#grammar.state(), this.#grammar.state()];
    this.#grammar.byte(from, 0x3a, 0x3a, colon);
    this.#grammar.through(colon, this.#space, begun);
    this.#schema(schema, path, begun, to);
  }

  #array(schema: SchemaObject, path: string, from: number, to: number): void {
    const { items = true, prefixItems = [] } = schema;
    if (!Array.isArray(prefixItems))
      this.#refuse(`${path}.prefixItems`, "a list of schemas", describeArgument(prefixItems));
    const [least, most] = this.#counts(schema, "Items", path);
    const tuple = prefixItems as readonly JsonSchema[];
    let at = this.#opened(from, "[");
    const item = (i: number, before: number): number => {
      const [begun, done] = [this.#grammar.state(), this.#grammar.state()];
      if (i === 0) this.#grammar.through(before, this.#space, begun);
      else this.#comma(before, begun);
      const isPrefix = i < tuple.length;
      const place = isPrefix ? `${path}.prefixItems[${i}]` : `${path}.items`;
      this.#schema(isPrefix ? (tuple[i] as JsonSchema) : (items as JsonSchema), place, begun, done);
      return done;
    };
    const counted = most === Infinity ? Math.max(least, tuple.length, 1) : most;
    if (least === 0) this.#closed(at, "]", to);
    for (let i = 0; i < counted; i++) {
      at = item(i, at);
      if (i + 1 >= least) this.#closed(at, "]", to);
    }
    if (most === Infinity) this.#grammar.empty(item(counted, at), at);
  }

  #string(schema: SchemaObject, path: string, from: number, to: number): void {
    const { pattern, format } = schema;
    const [least, most] = this.#counts(schema, "Length", path);
    if (pattern === undefined && format === undefined) return this.#freeString(least, most, from, to);
    if (pattern !== undefined && format !== undefined) this.#refuse(path, "pattern or format", "both");
    if (least > 0 || most < Infinity) this.#refuse(path, "no minLength or maxLength beside pattern or format", "both");
    const source = pattern ?? FORMATS[format as string];
    if (typeof source !== "string") {
      const expected = pattern === undefined ? Object.keys(FORMATS).join(", ") : "a regular expression";
      this.#refuse(
        `${path}.${pattern === undefined ? "format" : "pattern"}`,
        expected,
        JSON.stringify(pattern ?? format),
      );
    }
    const [begun, done] = [this.#grammar.state(), this.#grammar.state()];
    this.#grammar.byte(from, 0x22, 0x22, begun);
    try {
      patternRule(this.#grammar, source, begun, done);
    } catch (error) {
      throw new RangeError(`${this.#who}: ${path}.pattern: ${(error as Error).message}`, { cause: error });
    }
    this.#grammar.byte(done, 0x22, 0x22, to);
  }

  #freeString(least: number, most: number, from: number, to: number): void {
    const counted = most === Infinity ? least : most;
    let at = this.#grammar.state();
    this.#grammar.byte(from, 0x22, 0x22, at);
    for (let i = 0; ; i++) {
      this.#grammar.at(at).room = most === Infinity ? Infinity : most - i;
      if (i >= least) this.#grammar.byte(at, 0x22, 0x22, to);
      if (i === counted) break;
      const next = this.#grammar.state();
      this.#grammar.through(at, this.#character, next);
      at = next;
    }
    if (most === Infinity) this.#grammar.through(at, this.#character, at);
  }

  #anyString(from: number, to: number): void {
    this.#freeString(0, Infinity, from, to);
  }

  #integer(schema: SchemaObject, path: string, from: number, to: number): void {
    const [least, most] = this.#bounds(schema, path, 1);
    if (least === -Infinity && most === Infinity) integer(this.#grammar, from, to);
    else integerBetween(this.#grammar, from, to, least, most);
  }

  #number(schema: SchemaObject, path: string, from: number, to: number): void {
    const [least, most] = this.#bounds(schema, path, 0);
    if (most === Infinity && (least === -Infinity || least === 0)) {
      const isSigned = least === -Infinity;
      if (schema["exclusiveMinimum"] === undefined) return number(this.#grammar, from, to, isSigned);
    }
    this.#refuse(path, "bounds of whole numbers, or a minimum of 0", `bounds of any numbers`);
  }

  /** The least and the most of a number. @param step what an exclusive bound takes away */
  #bounds(schema: SchemaObject, path: string, step: number): readonly [number, number] {
    const read = (name: (typeof NUMERIC)[number], none: number): number => {
      const value = schema[name] ?? none;
      if (typeof value !== "number" || Number.isNaN(value))
        this.#refuse(`${path}.${name}`, "a number", describeArgument(value));
      return value;
    };
    const above = Math.floor(read("exclusiveMinimum", -Infinity)) + step;
    const below = Math.ceil(read("exclusiveMaximum", Infinity)) - step;
    return [Math.max(read("minimum", -Infinity), above), Math.min(read("maximum", Infinity), below)];
  }

  #counts(schema: SchemaObject, of: "Items" | "Length", path: string): readonly [number, number] {
    const read = (name: string, none: number): number => {
      const value = schema[name] ?? none;
      const isCount = Number.isInteger(value) && (value as number) >= 0 && (value as number) <= MOST_COUNTED;
      if (value !== Infinity && !isCount) {
        this.#refuse(`${path}.${name}`, `a whole number up to ${MOST_COUNTED}`, JSON.stringify(value));
      }
      return value as number;
    };
    const [least, most] = [read(`min${of}`, 0), read(`max${of}`, Infinity)];
    if (least > most) this.#refuse(`${path}.max${of}`, `at least min${of}, ${least}`, `${most}`);
    return [least, most];
  }

  #opened(from: number, bracket: string): number {
    const inside = this.#grammar.state();
    this.#grammar.text(from, bracket, inside);
    return inside;
  }

  #closed(from: number, bracket: string, to: number): void {
    const before = this.#grammar.state();
    this.#grammar.through(from, this.#space, before);
    this.#grammar.text(before, bracket, to);
  }

  #comma(from: number, to: number): void {
    const comma = this.#grammar.state();
    this.#grammar.byte(from, 0x2c, 0x2c, comma);
    this.#grammar.through(comma, this.#space, to);
  }

  /** The rule of any value. */
  #anyRule(): Rule {
    if (this.#any !== undefined) return this.#any;
    const rule = (this.#any = this.#grammar.rule());
    for (const type of Object.keys(BY_TYPE))
      if (type !== "integer") this.#ofType(type, {}, "json", rule.start, rule.final);
    return rule;
  }

  #reference(ref: unknown, path: string): Rule {
    const known = this.#ofReference.get(ref as string);
    if (known !== undefined) return known;
    const rule = this.#grammar.rule();
    this.#ofReference.set(ref as string, rule);
    this.#schema(this.#referred(ref, path), String(ref), rule.start, rule.final);
    return rule;
  }

  /** The schema at a place of this one: `#/$defs/name`. */
  #referred(ref: unknown, path: string): JsonSchema {
    if (typeof ref !== "string" || !/^#(?:\/|$)/.test(ref)) {
      this.#refuse(`${path}.$ref`, "a place in the schema, such as #/$defs/name", JSON.stringify(ref));
    }
    let at: unknown = this.#root;
    for (const step of ref.split("/").slice(1)) {
      const name = decodeURIComponent(step).replaceAll("~1", "/").replaceAll("~0", "~");
      const isThere = typeof at === "object" && at !== null && Object.hasOwn(at, name);
      if (!isThere) this.#refuse(`${path}.$ref`, "a place that is in the schema", ref);
      at = (at as Record<string, unknown>)[name];
    }
    return at as JsonSchema;
  }

  /** A schema, or the one that it refers to. */
  #resolved(schema: JsonSchema): JsonSchema {
    const seen = new Set<JsonSchema>();
    let at = schema;
    while (typeof at === "object" && at !== null && at["$ref"] !== undefined && !seen.has(at)) {
      seen.add(at);
      at = this.#referred(at["$ref"], "json");
    }
    return at;
  }

  #refuse(path: string, expected: string, got: string): never {
    throw new RangeError(`${this.#who}: ${path}: expected ${expected}, got ${got}`);
  }
}

function isOfType(value: unknown, type: unknown): boolean {
  if (type === "integer") return Number.isInteger(value);
  if (type === "array") return Array.isArray(value);
  if (type === "null") return value === null;
  return typeof value === type && !(type === "object" && (value === null || Array.isArray(value)));
}
