import type { Architecture, Family } from "../../family/family.ts";
import { formatWav2Vec2Config, parseWav2Vec2Config, type Wav2Vec2Config } from "./config.ts";
import { SpeechCtcModel } from "./model.ts";
import { ctcWeights } from "./weights.ts";

const CLASSES = { wav2vec2: "Wav2Vec2ForCTC", hubert: "HubertForCTC" } as const;

function architectureOf(modelType: "wav2vec2" | "hubert"): Architecture<Wav2Vec2Config, SpeechCtcModel> {
  return {
    className: CLASSES[modelType],
    task: "speechCtc",
    weights: ctcWeights(modelType),
    build: (params, config) => new SpeechCtcModel(params, config),
    isOf: (model) => model instanceof SpeechCtcModel && model.config.modelType === modelType,
  };
}

const ARCHITECTURES = { wav2vec2: architectureOf("wav2vec2"), hubert: architectureOf("hubert") };

/** wav2vec 2.0 and HuBERT: speech to characters. */
export const wav2vec2: Family<"wav2vec2" | "hubert", Wav2Vec2Config, SpeechCtcModel> = {
  modelTypes: ["wav2vec2", "hubert"],
  parseConfig: parseWav2Vec2Config,
  formatConfig: formatWav2Vec2Config,
  architectures: (modelType) => [ARCHITECTURES[modelType]],
  build: (params, config) => new SpeechCtcModel(params, config),
};
