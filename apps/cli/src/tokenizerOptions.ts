import { UsageError } from "./usageError.ts";

/** How tokenizers are opened: QKV_MAX_STEPS is the most that one may do for each character of a text. */
export function tokenizerOptions(): { readonly maxSteps?: number } {
  const text = process.env["QKV_MAX_STEPS"]?.trim();
  if (!text) return {};
  if (Number(text) > 0) return { maxSteps: Number(text) };
  throw new UsageError(`QKV_MAX_STEPS: expected a number above 0, got ${text}`);
}
