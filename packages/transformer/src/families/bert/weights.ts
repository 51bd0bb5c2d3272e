import type { IgnoredArray, IgnoredArrays, NameMap, TieRule, WeightRules } from "@qkv/nn";
import type { BertConfig } from "./config.ts";

const ENCODER: NameMap = {
  "encoder.embeddings.tokens.weight": "embeddings.word_embeddings.weight",
  "encoder.embeddings.positions.weight": "embeddings.position_embeddings.weight",
  "encoder.embeddings.tokenTypes.weight": "embeddings.token_type_embeddings.weight",
  "encoder.embeddings.norm.weight": "embeddings.LayerNorm.weight",
  "encoder.embeddings.norm.bias": "embeddings.LayerNorm.bias",

  "encoder.layers.*.selfAttn.qProj.weight": "encoder.layer.*.attention.self.query.weight",
  "encoder.layers.*.selfAttn.qProj.bias": "encoder.layer.*.attention.self.query.bias",
  "encoder.layers.*.selfAttn.kProj.weight": "encoder.layer.*.attention.self.key.weight",
  "encoder.layers.*.selfAttn.kProj.bias": "encoder.layer.*.attention.self.key.bias",
  "encoder.layers.*.selfAttn.vProj.weight": "encoder.layer.*.attention.self.value.weight",
  "encoder.layers.*.selfAttn.vProj.bias": "encoder.layer.*.attention.self.value.bias",
  "encoder.layers.*.selfAttn.outProj.weight": "encoder.layer.*.attention.output.dense.weight",
  "encoder.layers.*.selfAttn.outProj.bias": "encoder.layer.*.attention.output.dense.bias",
  "encoder.layers.*.selfAttnNorm.weight": "encoder.layer.*.attention.output.LayerNorm.weight",
  "encoder.layers.*.selfAttnNorm.bias": "encoder.layer.*.attention.output.LayerNorm.bias",
  "encoder.layers.*.ffn.fc1.weight": "encoder.layer.*.intermediate.dense.weight",
  "encoder.layers.*.ffn.fc1.bias": "encoder.layer.*.intermediate.dense.bias",
  "encoder.layers.*.ffn.fc2.weight": "encoder.layer.*.output.dense.weight",
  "encoder.layers.*.ffn.fc2.bias": "encoder.layer.*.output.dense.bias",
  "encoder.layers.*.ffnNorm.weight": "encoder.layer.*.output.LayerNorm.weight",
  "encoder.layers.*.ffnNorm.bias": "encoder.layer.*.output.LayerNorm.bias",

  "encoder.pooler.weight": "pooler.dense.weight",
  "encoder.pooler.bias": "pooler.dense.bias",
};

const POSITION_IDS: IgnoredArray = {
  as: "the numbers of the positions",
  isRight: ({ data }) => data.every((value, i) => value === i),
};

const HEADS: Readonly<Record<string, IgnoredArrays>> = {
  maskedLM: { "cls.**": { as: "a masked language model's head" } },
  classifier: { "classifier.**": { as: "a classifier's head" } },
  answers: { "qa_outputs.**": { as: "a question answerer's head" } },
};

/** The weights of a class: its encoder with `bert.` before its names if there is a head, and the head. */
function weightsOf(head: NameMap, hasHead: boolean, unread: readonly string[]): WeightRules<BertConfig> {
  const prefix = hasHead ? "bert." : "";
  const encoder = Object.entries(ENCODER).map(([ours, theirs]) => [ours, prefix + theirs]);
  return {
    rename: { ...Object.fromEntries(encoder), ...head },
    ignore: {
      [`${prefix}embeddings.position_ids`]: POSITION_IDS,
      ...Object.assign({}, ...unread.map((name) => HEADS[name])),
    },
    prefix: "bert",
  };
}

const DECODER = "cls.predictions.decoder.weight";
const EMBEDDING = "bert.embeddings.word_embeddings.weight";
const DECODER_BIAS = "cls.predictions.decoder.bias";
const BIAS = "cls.predictions.bias";

/** An output layer of its own has its own bias, too, and nothing reads the other. */
const TIE: TieRule<BertConfig> = {
  pairs: ({ tieWordEmbeddings }) =>
    tieWordEmbeddings
      ? [
          [DECODER_BIAS, BIAS],
          [DECODER, EMBEDDING],
        ]
      : [[BIAS, DECODER_BIAS]],
  resolve: (config, areTied) =>
    config.tieWordEmbeddings ? { ...config, tieWordEmbeddings: areTied(DECODER, EMBEDDING) } : config,
  reads: ({ tieWordEmbeddings }) => (tieWordEmbeddings ? [BIAS, EMBEDDING] : [DECODER_BIAS, DECODER, EMBEDDING]),
};

const NEXT_SENTENCE: IgnoredArrays = {
  "cls.seq_relationship.weight": { as: "a next-sentence head" },
  "cls.seq_relationship.bias": { as: "a next-sentence head" },
};
const POOLER: IgnoredArrays = {
  "bert.pooler.dense.weight": { as: "a pooler's" },
  "bert.pooler.dense.bias": { as: "a pooler's" },
};

/** A class's weights without those of the pooler, which it does not read. */
function withoutPooler(rules: WeightRules<BertConfig>): WeightRules<BertConfig> {
  const rows = Object.entries(rules.rename).filter(([ours]) => !ours.startsWith("encoder.pooler."));
  return { ...rules, rename: Object.fromEntries(rows), ignore: { ...rules.ignore, ...POOLER } };
}

const CLASSIFIER: NameMap = { "classifier.weight": "classifier.weight", "classifier.bias": "classifier.bias" };

/** The weights of `BertModel`. */
export const BERT_WEIGHTS = weightsOf({}, false, ["maskedLM", "classifier", "answers"]);

/** The weights of `BertForMaskedLM`. */
export const MASKED_LM_WEIGHTS: WeightRules<BertConfig> = (() => {
  const rules = withoutPooler(
    weightsOf(
      {
        "transform.weight": "cls.predictions.transform.dense.weight",
        "transform.bias": "cls.predictions.transform.dense.bias",
        "transformNorm.weight": "cls.predictions.transform.LayerNorm.weight",
        "transformNorm.bias": "cls.predictions.transform.LayerNorm.bias",
        "decoder.weight": DECODER,
        "decoder.bias": DECODER_BIAS,
        decoderBias: BIAS,
      },
      true,
      ["classifier", "answers"],
    ),
  );
  return { ...rules, tie: TIE, ignore: { ...rules.ignore, ...NEXT_SENTENCE } };
})();

/** The weights of `BertForSequenceClassification`. */
export const SEQUENCE_CLASSIFICATION_WEIGHTS = weightsOf(CLASSIFIER, true, ["maskedLM", "answers"]);

/** The weights of `BertForTokenClassification`. */
export const TOKEN_CLASSIFICATION_WEIGHTS = withoutPooler(weightsOf(CLASSIFIER, true, ["maskedLM", "answers"]));

/** The weights of `BertForQuestionAnswering`. */
export const QUESTION_ANSWERING_WEIGHTS = withoutPooler(
  weightsOf({ "spans.weight": "qa_outputs.weight", "spans.bias": "qa_outputs.bias" }, true, ["maskedLM", "classifier"]),
);
