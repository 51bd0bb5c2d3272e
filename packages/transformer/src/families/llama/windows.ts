import type { ConfigFields } from "../../config/configFields.ts";
import { layerTypes, layerWindows, slidingWindow, type Windows } from "../../config/windows.ts";
import type { LlamaType } from "./modelTypes.ts";

/**
 * Reads the sliding window of each layer. Mistral has one for all of its layers; Qwen has one if `use_sliding_window`
 * is true, in the layers that `layer_types` names or in those that the type says, and so has SmolLM3; Llama has none.
 *
 * @param isSliding the layers with a window where `layer_types` names none
 * @throws ConfigError naming the field
 */
export function parseWindows(
  fields: ConfigFields,
  type: LlamaType,
  numLayers: number,
  isSliding: (layer: number) => boolean,
): { readonly windows?: Windows } {
  if (type === "llama") return {};
  const isOn = type === "mistral" || fields.boolean("use_sliding_window", false);
  const isNone = type === "smollm3" && !fields.has("sliding_window");
  const window = isOn && !isNone ? slidingWindow(fields, 4096) : null;
  const windows =
    type === "mistral"
      ? Array<number | null>(numLayers).fill(window)
      : layerWindows(fields, numLayers, window, isSliding);
  return windows.some((each) => each !== null) ? { windows } : {};
}

/** Formats the fields that {@link parseWindows} reads. */
export function formatWindows(windows: Windows | undefined, type: LlamaType): Record<string, unknown> {
  const window = windows?.find((each) => each !== null) ?? null;
  if (type === "mistral") return { sliding_window: window };
  if (windows === undefined || window === null) return {};
  return { use_sliding_window: true, sliding_window: window, layer_types: layerTypes(windows) };
}
