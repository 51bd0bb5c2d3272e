import type { AttentionKind } from "../attention/attentionRecord.ts";
import type { AttentionStage } from "../attention/selectMatrix.ts";

/** The views of the alignment. */
export type AttentionViewName = "lines" | "matrix" | "model" | "image";

/** Texts of {@link AttentionElement}, for translation. */
export interface AttentionMessages {
  readonly kind: string;
  readonly kinds: Readonly<Record<AttentionKind, string>>;
  readonly view: string;
  readonly views: Readonly<Record<AttentionViewName, string>>;
  readonly layer: string;
  readonly head: string;
  readonly mean: string;
  readonly rollout: string;
  readonly stage: string;
  readonly stages: Readonly<Record<AttentionStage, string>>;
  readonly threshold: string;
  readonly top: string;
  readonly all: string;
  readonly token: string;
  readonly headOff: string;
  readonly headOn: string;
  readonly tokens: string;
  readonly save: string;
  readonly words: string;
  /** Describes a query and the keys that it attends to most, each with its weight. */
  readonly sentence: (query: string, keys: readonly (readonly [token: string, weight: string])[]) => string;
  readonly note: string;
}

/** The texts in English. */
export const ATTENTION_MESSAGES: AttentionMessages = {
  kind: "Attention",
  kinds: { cross: "Target to source", encoder: "Source to itself", decoder: "Target to itself" },
  view: "View",
  views: { lines: "Lines", matrix: "Matrix", model: "All heads", image: "Image" },
  layer: "Layer",
  head: "Head",
  mean: "mean",
  rollout: "rollout",
  stage: "Values",
  stages: { weights: "softmax", masked: "masked scores", scores: "raw scores" },
  threshold: "From weight",
  top: "Of each row",
  all: "all",
  token: "Hold on to",
  headOff: "Switch this head off",
  headOn: "Switch this head on",
  tokens: "Switch source tokens off",
  save: "Save as",
  words: "In words",
  sentence: (query, keys) =>
    keys.length === 0
      ? `${query} looks at nothing that is shown`
      : `${query} looks at ${keys.map(([token, weight]) => `${token} (${weight})`).join(", ")}`,
  note: "Attention shows where a model looked. It is not an explanation of why it answered so.",
};
