// apps/microscope: every number that it shows has the line of code that makes it, and a name.
import { initBackend } from "@qkv/backend";
import { Params } from "@qkv/nn";
import { bert, gpt2, llama, marian } from "@qkv/transformer";
import { beforeAll, expect, test } from "vitest";
import { readCodeLines } from "../apps/microscope/vite/codeLines.ts";
import { passForm } from "../apps/microscope/src/worker/passForm.ts";
import { isShown } from "../apps/microscope/src/worker/stages.ts";
import { STAGE_MESSAGES } from "../apps/microscope/src/flow/stageMessages.ts";
import { stageKey, stageName } from "../apps/microscope/src/flow/stageKey.ts";

beforeAll(() => initBackend("cpu"));

const SIZES = { vocab_size: 13, hidden_size: 8, num_hidden_layers: 1, num_attention_heads: 2, intermediate_size: 10 };
const MODELS = {
  gpt2: () =>
    gpt2.build(
      Params.initialized(1),
      gpt2.parseConfig({ model_type: "gpt2", vocab_size: 13, n_embd: 8, n_layer: 1, n_head: 2, n_positions: 9 }),
    ),
  llama: () => llama.build(Params.initialized(1), llama.parseConfig({ model_type: "llama", ...SIZES })),
  bert: () => {
    const of = bert.architectures("bert").find(({ className }) => className === "BertForMaskedLM");
    const config = bert.parseConfig({ model_type: "bert", ...SIZES, max_position_embeddings: 9, type_vocab_size: 2 });
    if (of === undefined) throw new Error("expected BertForMaskedLM");
    return of.build(Params.initialized(1), config as never);
  },
  marian: () =>
    marian.build(Params.initialized(1), {
      ...marian.parseConfig({ model_type: "marian", vocab_size: 13, pad_token_id: 12, decoder_start_token_id: 12 }),
      ...{ dModel: 6, maxPositions: 9, maxLength: 9, activation: "relu" as const, encoderLayers: 1, decoderLayers: 1 },
      ...{ encoderHeads: 2, encoderFfnDim: 5, decoderHeads: 2, decoderFfnDim: 7 },
    }),
};

test.each(Object.entries(MODELS))(
  "every number of %s has its line of code, and its name in both languages",
  (_, build) => {
    const model = build() as ReturnType<typeof MODELS.gpt2>;
    const lines = readCodeLines();
    const form = passForm(model);
    const keys = model.activations.filter(isShown).map((path) => stageKey(path, form));
    expect(keys.filter((key) => lines[key] === undefined)).toEqual([]);
    for (const words of Object.values(STAGE_MESSAGES)) {
      expect(keys.filter((key) => words[stageName(key)] === undefined)).toEqual([]);
    }
    expect(keys).toContain("probabilities");
    model.dispose();
  },
);
