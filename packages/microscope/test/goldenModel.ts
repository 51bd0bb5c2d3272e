import { loadCheckpoint, splitState } from "@qkv/nn";
import { type Golden, golden } from "@qkv/testing";
import {
  CAUSAL_FAMILIES,
  type CausalConfig,
  type CausalLanguageModel,
  type Family,
  weightRulesOf,
} from "@qkv/transformer";

/** A golden file of golden/make_microscope.py. */
export function microscopeGolden(name: "gpt2" | "llama"): Golden {
  return golden(new URL(`golden/${name}.safetensors`, import.meta.url));
}

/** The checkpoint of a golden file as a model, the caller's. */
export function goldenModel(arrays: Golden): CausalLanguageModel {
  const json = JSON.parse(arrays.metadata["config"] ?? "") as { readonly model_type: string };
  const families = CAUSAL_FAMILIES as unknown as readonly Family<string, CausalConfig, CausalLanguageModel>[];
  const family = families.find(({ modelTypes }) => modelTypes.includes(json.model_type));
  const [architecture] = family?.architectures(json.model_type) ?? [];
  if (family === undefined || architecture === undefined)
    throw new Error(`goldenModel: expected a known type, got ${json.model_type}`);
  const config = family.parseConfig(json);
  const weights = weightRulesOf(architecture, config);
  const copies = weights.tie?.pairs(config).map(([copy]) => copy) ?? [];
  const state = splitState(arrays.under("weights/"), weights, config);
  return loadCheckpoint(state, weights.rename, (params) => architecture.build(params, config), {
    ignore: [...copies, ...Object.keys(weights.ignore ?? {})],
  });
}
