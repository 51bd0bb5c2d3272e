import { rotaryFrequencies } from "@qkv/attention";
import type { FamilyConfig } from "@qkv/transformer";
import { PretrainedError } from "../../files/pretrainedError.ts";
import { configOf } from "../../gguf/config.ts";
import { MetadataFields } from "../../gguf/header/metadataFields.ts";
import type { AnyFamily } from "../../registry/findFamily.ts";
import { holds } from "../formatConfig.ts";
import type { ConfigToWrite } from "./configMetadata.ts";
import type { Gathered } from "../../gguf/header/metadataValues.ts";

/** Fields that only training reads. */
const OF_TRAINING = ["attentionDropout", "dropout", "embeddingDropout", "ffnDropout", "initializerRange"];

/** A part of a relative difference that single precision makes. */
const SINGLE = 1e-6;

/**
 * Expects the config that is read from metadata to be the one that was written: a field that these files cannot hold would
 * silently change every number.
 *
 * @param tensors shapes by llama.cpp's names
 * @throws PretrainedError naming the field
 */
export function expectSameConfig(
  family: AnyFamily,
  config: ConfigToWrite,
  metadata: Gathered,
  tensors: ReadonlyMap<string, { readonly shape: readonly number[] }>,
  ropeFactors: ReadonlyMap<string, Float32Array>,
): void {
  const fields = new MetadataFields(metadata, "saveGguf");
  const factors = new Map([...ropeFactors].map(([name, values]) => [name, [...values]]));
  const { json } = configOf({ fields, tensors: tensors as never, ropeFactors: factors });
  const read = family.parseConfig(json) as FamilyConfig & ConfigToWrite;
  for (const [name, value] of Object.entries(config)) {
    const again = (read as unknown as Record<string, unknown>)[name];
    if (OF_TRAINING.includes(name) || holds(again, value)) continue;
    if (name === "rotary" && areSameTurns(config, read)) continue;
    if (typeof value === "number" && typeof again === "number" && isSingle(again, value)) continue;
    // Without windows a Mistral is a Llama, which is what files name it.
    if (name === "modelType" && value === "mistral" && config.windows === undefined && again === "llama") continue;
    throw new PretrainedError(
      `saveGguf: expected a config that GGUF files can hold, ` +
        `got ${name} ${JSON.stringify(value)}, which would be read as ${JSON.stringify(again) ?? "none"}`,
    );
  }
}

/** Whether two configs turn queries and keys alike, up to single precision, at every length. */
function areSameTurns(a: ConfigToWrite, b: ConfigToWrite): boolean {
  return [1, a.maxPositions, 2 * a.maxPositions].every((length) => {
    const [these, those] = [a, b].map(({ rotary = { dim: 0 } }) => rotaryFrequencies(rotary, length)) as [Turns, Turns];
    const isClose = (x: number, i: number) => Math.abs(x - (those.frequencies[i] as number)) <= SINGLE * Math.abs(x);
    return Math.abs(these.scale - those.scale) <= SINGLE && these.frequencies.every(isClose);
  });
}

/** Whether a number is another in single precision. */
function isSingle(read: number, written: number): boolean {
  return Math.abs(read - written) <= SINGLE * Math.abs(written);
}

type Turns = ReturnType<typeof rotaryFrequencies>;
