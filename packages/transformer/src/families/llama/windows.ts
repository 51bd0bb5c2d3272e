import type { ConfigFields } from "../../config/configFields.ts";
import type { LlamaType } from "./modelTypes.ts";

/** Sliding window of each layer: the number of keys, up to its own, that a query sees; null for all. */
export type Windows = readonly (number | null)[];

const LAYER_TYPES = ["sliding_attention", "full_attention"] as const;

/**
 * Reads the sliding window of each layer. Mistral has one for all of its layers; Qwen has one if `use_sliding_window`
 * is true, in the layers that `layer_types` names or in those from `max_window_layers` on; Llama has none.
 *
 * @throws ConfigError naming the field
 */
export function parseWindows(fields: ConfigFields, type: LlamaType, numLayers: number): { readonly windows?: Windows } {
  if (type === "llama") return {};
  const isOn = type === "mistral" || fields.boolean("use_sliding_window", false);
  const window = isOn && !fields.isNull("sliding_window") ? fields.integer("sliding_window", 4096) : null;
  if (window === 0) fields.fail("sliding_window", "null or a whole number above 0");
  const isSliding = type === "mistral" ? () => true : slidingLayers(fields, numLayers, window);
  const windows = Array.from({ length: numLayers }, (_, i) => (isSliding(i) ? window : null));
  return windows.some((each) => each !== null) ? { windows } : {};
}

function slidingLayers(fields: ConfigFields, numLayers: number, window: number | null): (layer: number) => boolean {
  const types = fields.optionalStrings("layer_types");
  if (types === undefined) {
    const first = fields.integer("max_window_layers", 28);
    return (layer) => layer >= first;
  }
  if (types.length !== numLayers || types.some((each) => !LAYER_TYPES.includes(each as never))) {
    fields.fail("layer_types", `${numLayers} of ${LAYER_TYPES.join(", ")}`);
  }
  if (window === null && types.includes("sliding_attention")) {
    fields.fail("layer_types", "full_attention in every layer where there is no sliding_window that is used");
  }
  return (layer) => types[layer] === "sliding_attention";
}

/** Formats the fields that {@link parseWindows} reads. */
export function formatWindows(windows: Windows | undefined, type: LlamaType): Record<string, unknown> {
  const window = windows?.find((each) => each !== null) ?? null;
  if (type === "mistral") return { sliding_window: window };
  if (window === null) return {};
  const layerTypes = windows?.map((each) => (each === null ? "full_attention" : "sliding_attention"));
  return { use_sliding_window: true, sliding_window: window, layer_types: layerTypes };
}
