import type { Context } from "hono";
import { z } from "zod";
import { ApiError } from "./apiError.ts";

/**
 * Reads the JSON body of a request.
 *
 * @throws ApiError naming the field that is missing, not known, or has a value it cannot have
 */
export async function requestBody<T>(context: Context, schema: z.ZodType<T>): Promise<T> {
  const type = context.req.header("content-type") ?? "none";
  if (!/^application\/json\b/i.test(type)) {
    throw new ApiError(415, `expected a body of application/json, got ${type}`);
  }
  let json: unknown;
  try {
    json = JSON.parse(await context.req.text());
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new ApiError(400, `expected a body of JSON, got other text: ${error.message}`, { code: "invalid_json" });
  }
  return checkedBody(json, schema);
}

/**
 * Reads the form of a request, whose fields called `name[]` are lists. A page may send a form without asking first, as it
 * may not with JSON, so a request of a page is refused.
 *
 * @throws ApiError naming the field that is missing, not known, or has a value it cannot have
 */
export async function requestForm<T>(context: Context, schema: z.ZodType<T>): Promise<T> {
  const origin = context.req.header("origin");
  if (origin !== undefined) throw new ApiError(403, `expected a request of a program, got one of a page of ${origin}`);
  const type = context.req.header("content-type") ?? "none";
  if (!/^multipart\/form-data\b/i.test(type)) {
    throw new ApiError(415, `expected a body of multipart/form-data, got ${type}`);
  }
  let form: FormData;
  try {
    form = await context.req.formData();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new ApiError(400, `expected a body of multipart/form-data, got other bytes: ${error.message}`);
  }
  const fields = [...new Set(form.keys())].map((name) => {
    return name.endsWith("[]") ? [name.slice(0, -2), form.getAll(name)] : [name, form.get(name)];
  });
  return checkedBody(Object.fromEntries(fields), schema);
}

/** What `schema` makes of a body. @throws ApiError naming the field */
function checkedBody<T>(body: unknown, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const place = issue?.path.join(".") ?? "";
  if (issue?.code === "unrecognized_keys") {
    const param = [...issue.path, issue.keys[0]].join(".");
    throw new ApiError(400, `${param}: expected a field that is supported, got this one`, {
      param,
      code: "unsupported_field",
    });
  }
  throw new ApiError(400, `${place || "body"}: ${issue?.message ?? "expected another value"}`, {
    param: place || null,
    code: "invalid_value",
  });
}

/** A field that may be there with a value that changes nothing. */
export const unchanged = (...values: readonly (string | number | boolean | null)[]) =>
  z
    .unknown()
    .refine((value) => isNothing(value) || values.includes(value as never), {
      error: ({ input }) =>
        `expected ${[...values, "nothing"].join(" or ")}, which is all that is supported, got ${JSON.stringify(input)}`,
    })
    .optional();

function isNothing(value: unknown): boolean {
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0);
}

const nullable = <T extends z.ZodType>(type: T) => type.nullish();

/** What requests for texts have in common. */
export const GENERATION_FIELDS = {
  model: z.string(),
  stream: nullable(z.boolean()),
  stream_options: nullable(
    z.strictObject({ include_usage: nullable(z.boolean()), include_obfuscation: unchanged(false, true) }),
  ),
  max_tokens: nullable(z.int().min(1)),
  temperature: nullable(z.number().min(0).max(5)),
  top_p: nullable(z.number().gt(0).max(1)),
  top_k: nullable(z.int().min(0)),
  min_p: nullable(z.number().min(0).max(1)),
  repetition_penalty: nullable(z.number().gt(0)),
  seed: nullable(z.int()),
  stop: nullable(z.union([z.string().min(1), z.array(z.string().min(1)).max(16)])),
  logit_bias: nullable(z.record(z.string().regex(/^\d+$/), z.number().min(-100).max(100))),
  n: unchanged(1),
  presence_penalty: unchanged(0),
  frequency_penalty: unchanged(0),
  // What changes no result.
  user: z.unknown().optional(),
  metadata: z.unknown().optional(),
  store: z.unknown().optional(),
  service_tier: z.unknown().optional(),
  safety_identifier: z.unknown().optional(),
  prompt_cache_key: z.unknown().optional(),
};
