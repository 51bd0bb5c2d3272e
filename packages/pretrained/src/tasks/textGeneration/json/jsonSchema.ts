/**
 * A JSON Schema (2020-12), of which these keywords are known: `type`, `properties`, `required`, `additionalProperties`, `items`,
 * `prefixItems`, `minItems`, `maxItems`, `enum`, `const`, `minLength`, `maxLength`, `pattern`, `format` (`date`, `time`,
 * `date-time`, `uuid`), `minimum` and its like of whole numbers, `anyOf`, `oneOf` of what excludes each other, `allOf` of one,
 * `$ref` within the schema, and what only describes. Others are refused by their names.
 */
export type JsonSchema = boolean | { readonly [keyword: string]: unknown };

/** A schema as an object. */
export type SchemaObject = { readonly [keyword: string]: unknown };
