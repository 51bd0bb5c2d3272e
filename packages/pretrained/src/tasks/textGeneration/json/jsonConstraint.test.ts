import { RandomStream } from "@qkv/nn";
import { byteLevelAlphabet, type Tokenizer, trainBpe, trainUnigram } from "@qkv/tokenizers";
import { beforeAll, describe, expect, test } from "vitest";
import { type JsonConstraint, jsonConstraint } from "./jsonConstraint.ts";
import type { JsonSchema } from "./jsonSchema.ts";
import { tokenTableOf } from "./tokenTable.ts";

const WORDS = ['{"name": "a value", "count": 12, "tags": ["é", "日本"], "is": true, "no": null, "x\\n": -1.5e3}, "]}'];
let tokenizer: Tokenizer;
beforeAll(async () => {
  tokenizer = await trainBpe(WORDS, {
    ...{ vocabSize: 330, specialTokens: ["<end>"], initialAlphabet: byteLevelAlphabet() },
    preTokenizer: { type: "ByteLevel", add_prefix_space: false, use_regex: false },
    decoder: { type: "ByteLevel" },
  });
});

const constraintOf = (schema: JsonSchema, of = tokenizer) =>
  jsonConstraint("json", schema, { tokenizer: of, eosTokenIds: [0], promptLength: 0 });

/** The text of random tokens that a constraint lets through; those that end something are likelier. */
function randomText({ processor, isComplete }: JsonConstraint, random: RandomStream, of = tokenizer): string {
  const ids: number[] = [];
  for (let step = 0; step < 2000; step++) {
    const stream = random.fork(step);
    const scores = Float32Array.from({ length: of.vocabSize + 3 }, () => stream.uniform()); // a model may have more
    const hurry = step > 40 ? 2 : 0.3;
    for (const text of ['"', "}", "]", '"}', ",", ":"]) {
      const id = of.encode(text, { addSpecialTokens: false }).ids[0] ?? 0;
      scores[id] = (scores[id] ?? 0) + (text === "," ? 0 : hurry * stream.uniform());
    }
    scores[0] = (scores[0] ?? 0) + hurry;
    processor(scores, ids, 0);
    const next = scores.indexOf(scores.reduce((a, b) => Math.max(a, b)));
    if (next === 0) return of.decode(ids);
    ids.push(next);
    if (isComplete(ids, 0)) return of.decode(ids);
  }
  throw new Error(`no end: ${of.decode(ids)}`);
}

/** Whether a constraint lets a text through, and then lets it end. */
function lets({ processor }: JsonConstraint, text: string, of = tokenizer): boolean {
  const { ids } = of.encode(text, { addSpecialTokens: false });
  return [...ids, 0].every((next, i) => {
    const scores = new Float32Array(of.vocabSize);
    try {
      processor(scores, ids.slice(0, i), 0);
    } catch {
      return false; // nothing may follow
    }
    return scores[next] === 0;
  });
}

type Fields = Readonly<Record<string, JsonSchema>>;

/** Whether a value fits a schema: a validator of its own. */
function fits(schema: JsonSchema, value: unknown, root: JsonSchema = schema): boolean {
  if (typeof schema === "boolean") return schema;
  const { type, anyOf, properties = {}, required = [], items = true, pattern } = schema as Record<string, never>;
  if (schema["$ref"] !== undefined) return fits((root as { $defs: Fields }).$defs["list"] as JsonSchema, value, root);
  if (anyOf !== undefined) return (anyOf as JsonSchema[]).some((one) => fits(one, value, root));
  if ("const" in schema) return JSON.stringify(schema["const"]) === JSON.stringify(value);
  if ("enum" in schema)
    return (schema["enum"] as unknown[]).some((one) => JSON.stringify(one) === JSON.stringify(value));
  const count = (of: string, length: number) =>
    length >= Number(schema[`min${of}`] ?? 0) && length <= Number(schema[`max${of}`] ?? Infinity);
  const between = (n: number) =>
    n >= Number(schema["minimum"] ?? -Infinity) && n <= Number(schema["maximum"] ?? Infinity);
  if (Array.isArray(type))
    return (type as string[]).some((one) => fits({ ...(schema as object), type: one }, value, root));
  switch (type as string | undefined) {
    case undefined:
      return true;
    case "null":
      return value === null;
    case "boolean":
      return typeof value === "boolean";
    case "integer":
      return Number.isInteger(value) && between(value as number);
    case "number":
      return typeof value === "number" && Number.isFinite(value) && between(value);
    case "string":
      if (typeof value !== "string" || !value.isWellFormed()) return false;
      return (
        count("Length", Array.from(value).length) && (pattern === undefined || new RegExp(pattern, "u").test(value))
      );
    case "array":
      return Array.isArray(value) && count("Items", value.length) && value.every((item) => fits(items, item, root));
    default: {
      if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
      const has = (name: string) => Object.hasOwn(value, name);
      return (
        (required as string[]).every(has) &&
        Object.entries(properties as Fields).every(
          ([name, of]) => !has(name) || fits(of, (value as Record<string, unknown>)[name], root),
        )
      );
    }
  }
}

/** A schema of every kind, up to some depth. */
function randomSchema(random: RandomStream, depth: number): JsonSchema {
  const pick = <T>(all: readonly T[]): T => all[Math.floor(random.uniform() * all.length)] as T;
  const whole = (most: number) => Math.floor(random.uniform() * (most + 1));
  const least = whole(3);
  const below = () => randomSchema(random, depth - 1);
  const leaves: (() => JsonSchema)[] = [
    () => ({ type: "string", minLength: least, maxLength: least + whole(8) }),
    () => ({
      type: "string",
      pattern: pick(["^[a-c]+x?$", "^(ab|é)*\\d{2}$", "^[^a-z]{1,4}$", "^q.s$", '^日\\s"?$|^n/a$']),
    }),
    () => ({ type: "integer" }),
    () => ({ type: "integer", minimum: whole(300) - 150, maximum: 151 + whole(5000) }),
    () => ({ type: "number" }),
    () => ({ type: ["boolean", "null"] }),
    () => ({ enum: ["a", 'q"', "日本", 3, null, { b: [1] }].slice(0, 1 + whole(5)) }),
    () => ({ const: pick<unknown>(["é\n", 0, true, [], { "": "x" }]) }),
  ];
  const branches: (() => JsonSchema)[] = [
    () => ({ type: "array", items: below(), minItems: least, maxItems: least + whole(3) }),
    () => ({ anyOf: [below(), below()] }),
    () => {
      const names = ["name", "é", 'a"b', "long name of it", "n"].slice(0, whole(5));
      const properties = Object.fromEntries(names.map((name) => [name, below()]));
      return { type: "object", properties, required: names.filter(() => random.uniform() < 0.5) };
    },
  ];
  return pick(depth === 0 ? leaves : [...leaves, ...branches, ...branches, ...branches])();
}

describe("fuzz", () => {
  test("every text of a random schema parses and fits it, and goes on being let through", () => {
    for (let seed = 0; seed < 150; seed++) {
      const random = new RandomStream(seed);
      const schema = randomSchema(random, 3);
      const constraint = constraintOf(schema);
      for (let run = 0; run < 3; run++) {
        const text = randomText(constraint, random.fork(run));
        const value: unknown = JSON.parse(text);
        expect(fits(schema, value), `${text} of ${JSON.stringify(schema)}`).toBe(true);
        expect(lets(constraint, text), `${text} of ${JSON.stringify(schema)}`).toBe(true);
      }
    }
  });

  test("what is allowed is what its bytes allow, token by token", () => {
    const table = tokenTableOf(tokenizer);
    for (let id = 0; id < tokenizer.vocabSize; id++) {
      const text = tokenizer.decode([id]);
      if (text.includes("\ufffd") || text === "") continue;
      expect(String.fromCharCode(...(table.bytesOf(id) ?? []))).toBe(
        String.fromCharCode(...new TextEncoder().encode(text)),
      );
    }
  });
});

describe("a schema", () => {
  const object = {
    type: "object",
    properties: { a: { type: "integer" }, b: { type: "string" }, c: { type: "null" } },
    required: ["b"],
  };
  const tree = {
    $ref: "#/$defs/list",
    $defs: { list: { type: "array", items: { $ref: "#/$defs/list" } } },
  };
  const shapes = {
    oneOf: [
      { type: "object", properties: { kind: { const: "dot" } }, required: ["kind"] },
      { type: "object", properties: { kind: { const: "line" }, to: { type: "number" } }, required: ["kind", "to"] },
    ],
  };
  test.each<[JsonSchema, string[], string[]]>([
    [
      object,
      ['{"a": 1, "b": "x"}', '{"b":"x","c":null}', '{\n  "b": "\\u00e9\\/"\n}', ' {"b": ""}'],
      ['{"b": "x", "a": 1}', '{"a": 1}', '{"b": "x",}', '{"b": 1}', '{"b": "\\ud800"}', '{"b": "a\nb"}', '{"d": 1}'],
    ],
    [tree, ["[]", "[[], [[]]]"], ["{}", "[[]", "[1]"]],
    [{ anyOf: [{ type: "null" }, { $ref: "#" }] }, ["null"], ["1"]], // leads to itself
    [true, ['{"a": [1, {"b": null}], "é": -0.5e+10}', '"x"', "-3"], ["nul", "01", "1.", "+1", ".5", "{a: 1}", "'x'"]],
    [{ type: "object" }, ["{}", '{"any": {"thing": []}}'], ["[]", "1"]],
    [{ type: "object", additionalProperties: { type: "integer" } }, ['{"a": 1, "b": 2}'], ['{"a": "x"}']],
    [{ type: "string", minLength: 2, maxLength: 3 }, ['"日本"', '"a\\"b"'], ['"日"', '"abcd"']],
    [{ type: "integer", minimum: -5, exclusiveMaximum: 120 }, ["-5", "0", "119", "99"], ["-6", "120", "1200", "1.5"]],
    [{ type: "integer", minimum: 7, maximum: 1012 }, ["7", "10", "999", "1000", "1012"], ["6", "1013", "-7", "07"]],
    [{ type: "number", minimum: 0 }, ["0.25", "1e5"], ["-1"]],
    [{ type: "string", format: "date-time" }, ['"2024-02-28T23:59:59Z"'], ['"2024-02-30T23:59:59Z"', '"today"']],
    [{ type: "string", pattern: "^[A-Z]{2}-\\d+$" }, ['"AB-12"'], ['"A-12"', '"AB-"', '"xAB-1"']],
    [{ type: "string", pattern: "ab" }, ['"ab"', '"xaby\\n"'], ['"axb"']],
    [{ prefixItems: [{ const: 1 }, { const: "x" }], maxItems: 2 }, ['[1, "x"]', "[1]"], ["[2]", '[1, "x", 3]']],
    [{ type: ["string", "integer"], enum: ["a", 1, null] }, ['"a"', "1"], ["null"]],
    [shapes, ['{"kind": "line", "to": 3}', '{"kind":"dot"}'], ['{"kind": "line"}', '{"to": 3}']],
    [{ allOf: [{ type: "boolean" }], description: "either" }, ["true", "false"], ["null"]],
  ])("%j", (schema, good, bad) => {
    const constraint = constraintOf(schema);
    expect(good.filter((text) => !lets(constraint, text))).toEqual([]);
    expect(bad.filter((text) => lets(constraint, text))).toEqual([]);
  });

  test.each<[JsonSchema, string]>([
    [{ type: "array", uniqueItems: true }, "json: json: expected keywords that are known here, got uniqueItems"],
    [{ not: {} }, "json: expected keywords that are known here, got not"],
    [{ type: "text" }, 'json.type: expected object, array, string, number, integer, boolean, null, got "text"'],
    [{ type: "string", format: "email" }, 'json.format: expected date, time, date-time, uuid, got "email"'],
    [{ type: "string", pattern: "(?=a)" }, "json.pattern: expected a pattern of characters"],
    [{ type: "string", pattern: "a", maxLength: 3 }, "expected no minLength or maxLength beside pattern or format"],
    [{ type: "string", minLength: 3, maxLength: 2 }, "json.maxLength: expected at least minLength, 3, got 2"],
    [{ type: "number", maximum: 2.5 }, "expected bounds of whole numbers, or a minimum of 0"],
    [{ type: "object", properties: { a: { minItems: -1 } } }, "json.properties.a.minItems: expected a whole number"],
    [{ type: "object", patternProperties: {} }, "got patternProperties"],
    [{ anyOf: [] }, "json.anyOf: expected a list that is not empty"],
    [{ anyOf: [{}], type: "string" }, "expected no other keyword beside anyOf, got type"],
    [{ oneOf: [{ type: "integer" }, { type: "number" }] }, "json.oneOf: expected schemas that exclude each other"],
    [{ allOf: [{}, {}] }, "json.allOf: expected one schema, got 2"],
    [{ $ref: "https://example.com" }, "json.$ref: expected a place in the schema"],
    [{ $ref: "#/$defs/none" }, "json.$ref: expected a place that is in the schema, got #/$defs/none"],
    [7 as never, "json: expected a JSON Schema, got number 7"],
  ])("%j is refused", (schema, message) => {
    expect(() => constraintOf(schema)).toThrow(message);
  });

  test.each<[JsonSchema]>([
    [false],
    [{ type: "integer", minimum: 3, maximum: 2 }],
    [
      {
        $ref: "#/$defs/a",
        $defs: { a: { type: "object", properties: { a: { $ref: "#/$defs/a" } }, required: ["a"] } },
      },
    ],
    [{ $ref: "#" }],
    [{ type: "array", items: false, minItems: 1 }],
    [{ enum: ["a"], type: "null" }],
  ])("%j, which nothing fits, is refused", (schema) => {
    expect(() => constraintOf(schema)).toThrow("expected a schema that some JSON in the model's vocabulary fits");
  });
});

test("a vocabulary of words takes no way that it cannot spell to its end", async () => {
  const words = await trainUnigram(['["a", "b"] 1 2 true'], {
    ...{ vocabSize: 60, specialTokens: ["<end>"], unkToken: "<end>" },
    preTokenizer: { type: "Metaspace", replacement: "▁", prepend_scheme: "always", split: true },
    decoder: { type: "Metaspace", replacement: "▁", prepend_scheme: "always", split: true },
  });
  expect(() => constraintOf({ type: "object" }, words)).toThrow("got one that none does"); // there are no braces
  const constraint = constraintOf({ enum: [["a", "z"], ["a", "b"], "zz"] }, words);
  for (let seed = 0; seed < 5; seed++) expect(randomText(constraint, new RandomStream(seed), words)).toContain('"b"');
});

test("tokens that others chose are refused", () => {
  const { processor } = constraintOf({ type: "array" });
  expect(() => processor(new Float32Array(tokenizer.vocabSize), tokenizer.encode("{").ids, 0)).toThrow(
    "expected tokens that the schema allows, got others",
  );
});
