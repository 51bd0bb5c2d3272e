import { loadCheckpoint, splitState, type StateDict } from "@qkv/nn";
import { type Family, type FamilyConfig, type FamilyModel, weightRulesOf } from "../src/index.ts";

/** Builds a model of the first class of its type from a `config.json` and the arrays of a file. */
export function modelOfArrays<Type extends string, Config extends FamilyConfig, Model extends FamilyModel>(
  family: Family<Type, Config, Model>,
  json: unknown,
  arrays: StateDict,
): Model {
  const config = family.parseConfig(json);
  const [architecture] = family.architectures(config.modelType as Type);
  if (architecture === undefined) throw new Error(`modelOfArrays: expected a class of ${config.modelType}, got none`);
  const { build } = architecture;
  const weights = weightRulesOf(architecture, config);
  const copies = weights.tie?.pairs(config).map(([copy]) => copy) ?? [];
  return loadCheckpoint(splitState(arrays, weights, config), weights.rename, (params) => build(params, config), {
    ignore: [...copies, ...Object.keys(weights.ignore ?? {})],
    ...(weights.optional && { optional: weights.optional }),
  });
}
