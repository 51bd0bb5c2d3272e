import type { ConfigFields } from "./configFields.ts";

/** Sliding window of each layer: the number of keys, up to its own, that a query sees; null for all. */
export type Windows = readonly (number | null)[];

const LAYER_TYPES = ["sliding_attention", "full_attention"] as const;

/**
 * Reads the window of each layer: that of the layers that `layer_types` calls sliding.
 *
 * @param window the number of keys; null: no layer has a window
 * @param isSliding the layers with a window where the file has no `layer_types`
 * @throws ConfigError naming the field
 */
export function layerWindows(
  fields: ConfigFields,
  numLayers: number,
  window: number | null,
  isSliding: (layer: number) => boolean,
): Windows {
  const types = fields.optionalStrings("layer_types");
  if (types === undefined) return Array.from({ length: numLayers }, (_, i) => (isSliding(i) ? window : null));
  if (types.length !== numLayers || types.some((each) => !LAYER_TYPES.includes(each as never))) {
    fields.fail("layer_types", `${numLayers} of ${LAYER_TYPES.join(", ")}`);
  }
  if (window === null && types.includes("sliding_attention")) {
    fields.fail("layer_types", "full_attention in every layer where there is no sliding_window that is used");
  }
  return types.map((each) => (each === "sliding_attention" ? window : null));
}

/** The number of keys of a window, null where `sliding_window` is. */
export function slidingWindow(fields: ConfigFields, fallback: number): number | null {
  const window = fields.isNull("sliding_window") ? null : fields.integer("sliding_window", fallback);
  return window === 0 ? fields.fail("sliding_window", "null or a whole number above 0") : window;
}

/** Formats the types of layers that {@link layerWindows} reads. */
export function layerTypes(windows: Windows): readonly string[] {
  return windows.map((each) => (each === null ? "full_attention" : "sliding_attention"));
}
