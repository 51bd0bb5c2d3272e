import { sinusoidalPositions } from "@qkv/attention";
import {
  formatMarianConfig,
  MARIAN_CHECKPOINT_NAMES,
  type MarianConfig,
  MarianModel,
  parseMarianConfig,
} from "@qkv/transformer";
import type { Architecture } from "./architecture.ts";
import { CAUSAL_ARCHITECTURES } from "./causalArchitectures.ts";
import { IMAGE_ARCHITECTURES } from "./imageArchitectures.ts";
import { tieTables } from "./marianTies.ts";
import { isClose, type SpareArray, type SpareArrays } from "../weights/spareArrays.ts";

const POSITIONS: SpareArray<MarianConfig> = {
  as: "the sinusoidal positions that the model computes",
  isRight: ({ shape: [length = 0, ...width], data }, { dModel, maxPositions }) =>
    `${width}` === `${dModel}` &&
    length >= maxPositions &&
    isClose(data, sinusoidalPositions(length, dModel, { layout: "halves" })),
};

const MARIAN_SPARES: SpareArrays<MarianConfig> = {
  "model.encoder.embed_positions.weight": POSITIONS,
  "model.decoder.embed_positions.weight": POSITIONS,
};

const MARIAN: Architecture<MarianConfig, MarianModel> = {
  className: "MarianMTModel",
  parseConfig: parseMarianConfig,
  formatConfig: formatMarianConfig,
  names: MARIAN_CHECKPOINT_NAMES,
  prefix: "model",
  spares: MARIAN_SPARES,
  optional: ["finalLogitsBias"], // zeros
  tie: tieTables,
  build: (params, config) => new MarianModel(params, config),
  saves: (model) => model instanceof MarianModel,
};

/** Every supported class, by the `model_type` of its `config.json`. */
export const ARCHITECTURES = { marian: [MARIAN], ...CAUSAL_ARCHITECTURES, ...IMAGE_ARCHITECTURES } as const;

/** The types of decoder-only language models. */
export const CAUSAL_TYPES = Object.keys(CAUSAL_ARCHITECTURES) as readonly (keyof typeof CAUSAL_ARCHITECTURES)[];

/** The types whose models generate text: `generate` of `@qkv/transformer` takes them. */
export const GENERATING_TYPES = ["marian", ...CAUSAL_TYPES] as const;

/** A supported `model_type`. */
export type ModelType = keyof typeof ARCHITECTURES;

/** The models of a type. */
export type ModelOf<T extends ModelType> = ReturnType<(typeof ARCHITECTURES)[T][number]["build"]>;

/** Any supported model. */
export type PretrainedModel = ModelOf<ModelType>;

/** A class of any type. */
export type AnyArchitecture = Architecture<PretrainedModel["config"], PretrainedModel>;

/** Whether this model type is supported. */
export function isModelType(type: unknown): type is ModelType {
  return typeof type === "string" && Object.hasOwn(ARCHITECTURES, type);
}

/** The classes of a type. */
export function architecturesOf(type: ModelType): readonly AnyArchitecture[] {
  // A config stays with the class that parsed it, which the union of all of them cannot express.
  return ARCHITECTURES[type] as unknown as readonly AnyArchitecture[];
}

/** The class that a model is saved as. @throws TypeError if it is no model that can be opened again */
export function architectureOf(model: PretrainedModel): AnyArchitecture {
  const all = (Object.keys(ARCHITECTURES) as ModelType[]).flatMap(architecturesOf);
  const found = all.find(({ saves }) => saves(model));
  if (found === undefined) throw new TypeError("architectureOf: expected a model of a known class, got another object");
  return found;
}
