import type { ShardedTensor } from "@qkv/gguf";
import type { MetadataFields } from "./metadataFields.ts";

/** What a config is made of. */
export interface GgufModel {
  readonly fields: MetadataFields;
  readonly tensors: ReadonlyMap<string, ShardedTensor>;
  /** What each frequency of the rotary positions is divided by, by the names of the tensors that the file has. */
  readonly ropeFactors?: ReadonlyMap<string, readonly number[]> | undefined;
}

/** The shortest decimal number of a float32: 1e-5, which the file has as 9.999999747378752e-6. */
export function single(value: number): number {
  const short = Number(value.toPrecision(7));
  return Math.fround(short) === value ? short : value;
}
