/** What `qkv train NAME` teaches, and a recipe for it; here apart, since help is to need no model. */
export interface ObjectiveHelp {
  readonly summary: string;
  readonly recipe: string;
}

/** Every objective of `@qkv/finetuning` by its name. */
export const OBJECTIVE_HELP = {
  "text-classification": {
    summary: "Teach a model of the hub to tell classes of texts, or of pairs of texts, apart.",
    recipe: "recipes/text-classification.json",
  },
  "token-classification": {
    summary: "Teach a model of the hub to tag words: named entities, parts of speech.",
    recipe: "recipes/token-classification.json",
  },
  "sentence-embeddings": {
    summary: "Teach an embedder of the hub which texts belong together.",
    recipe: "recipes/sentence-embeddings.json",
  },
  "masked-language-model": {
    summary: "Go on with an encoder's pre-training on your texts, or start it.",
    recipe: "recipes/masked-language-model.json",
  },
  "language-model": {
    summary: "Go on with a language model's pre-training on your texts, or start it.",
    recipe: "recipes/language-model.json",
  },
  instructions: {
    summary: "Teach a language model of the hub to answer as in your examples.",
    recipe: "recipes/instructions.json",
  },
  preference: {
    summary: "Teach a language model of the hub which of two answers is better (DPO).",
    recipe: "recipes/preference.json",
  },
  seq2seq: {
    summary: "Teach a T5, a BART or their like to write one text of another.",
    recipe: "recipes/seq2seq.json",
  },
  "span-corruption": {
    summary: "Go on with a T5's pre-training on your texts, or start it.",
    recipe: "recipes/span-corruption.json",
  },
  "speech-recognition": {
    summary: "Teach a Whisper, a wav2vec 2.0 or a HuBERT to write what is said in your recordings.",
    recipe: "recipes/speech-recognition.json",
  },
} as const satisfies Readonly<Record<string, ObjectiveHelp>>;

/** The name of an objective. */
export type ObjectiveName = keyof typeof OBJECTIVE_HELP;
