import type { FamilyConfig } from "@qkv/transformer";
import { PretrainedError } from "../files/pretrainedError.ts";
import type { AnyFamily } from "../registry/findFamily.ts";

/**
 * Formats a config as a `config.json`, which must be read back as the same: a config made by hand may have what files of
 * its type cannot hold.
 *
 * @throws PretrainedError naming the field that would be lost
 */
export function formatConfig(family: AnyFamily, config: FamilyConfig): Record<string, unknown> {
  const fields = family.formatConfig(config);
  const again = family.parseConfig({ ...fields, ...family.formatGeneration?.(config) });
  for (const [name, value] of Object.entries(config)) {
    const read = (again as unknown as Record<string, unknown>)[name];
    if (holds(read, value)) continue;
    throw new PretrainedError(
      `savePretrained: expected a config that files of type ${config.modelType} can hold, ` +
        `got ${name} ${JSON.stringify(value)}, which would be read as ${JSON.stringify(read) ?? "none"}`,
    );
  }
  return fields;
}

/** Whether a value that was read has all of the one that was written; the order of fields, and defaults, may differ. */
export function holds(read: unknown, written: unknown): boolean {
  if (typeof written !== "object" || written === null) return read === written;
  if (typeof read !== "object" || read === null || Array.isArray(read) !== Array.isArray(written)) return false;
  if (Array.isArray(written) && (read as unknown[]).length !== written.length) return false;
  return Object.entries(written).every(([name, value]) => holds((read as Record<string, unknown>)[name], value));
}

/** Fields that transformers 5 takes as floats alone, where JavaScript writes a whole number without a point. */
const FLOATS = [
  ...["rms_norm_eps", "layer_norm_eps", "layer_norm_epsilon", "initializer_range", "init_std"],
  ...["final_logit_softcapping", "attn_logit_softcapping", "logit_scale", "router_aux_loss_coef"],
];
const WHOLE_FLOATS = new RegExp(`("(?:${FLOATS.join("|")})": -?\\d+)(?=,?$)`, "gm");

/** The text of a `config.json`, in which floats have a point. */
export function configText(json: unknown): string {
  return `${JSON.stringify(json, undefined, 2)}\n`.replace(WHOLE_FLOATS, "$1.0");
}
