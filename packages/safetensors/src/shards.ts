import { SafetensorsError } from "./safetensorsError.ts";
import { shown } from "./shown.ts";

/** The names of the tensors in each file, from `model.safetensors.index.json`. */
export type ShardIndex = ReadonlyMap<string, readonly string[]>;

/**
 * Reads the index of a sharded model: for every file the names of its tensors, files in order of name.
 *
 * @param json The contents of `model.safetensors.index.json`, parsed.
 * @throws SafetensorsError naming what is no file's name
 */
export function parseShardIndex(json: unknown): ShardIndex {
  const weightMap = (json as { weight_map?: unknown } | null)?.weight_map;
  if (typeof weightMap !== "object" || weightMap === null || Array.isArray(weightMap)) {
    throw new SafetensorsError(`weight_map: expected an object from names to files, got ${shown(weightMap)}`);
  }
  const files = new Map<string, string[]>();
  for (const [name, file] of Object.entries(weightMap)) {
    // A plain name: an index from elsewhere must not reach outside its folder.
    if (typeof file !== "string" || !/^[^/\\:\p{Cc}\p{Cs}]+\.safetensors$/u.test(file)) {
      throw new SafetensorsError(`weight_map.${name}: expected the name of a safetensors file, got ${shown(file)}`);
    }
    const names = files.get(file);
    if (names === undefined) files.set(file, [name]);
    else names.push(name);
  }
  return new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)));
}
