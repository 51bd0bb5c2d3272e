// Exported encoders in ONNX Runtime beside the models that they are made of. It is installed with the benchmarks alone.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { initBackend } from "@qkv/backend";
import { Params } from "@qkv/nn";
import { exportOnnx, isOnnxExportable, type OnnxExportable } from "@qkv/onnx";
import { expectNoLeaks } from "@qkv/testing";
import {
  albert,
  bert,
  debertaV2,
  distilbert,
  electra,
  type EncoderInputs,
  modernbert,
  mpnet,
  roberta,
} from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasRuntime, onnxruntime } from "./onnxruntime.ts";

const folder = mkdtempSync(join(tmpdir(), "qkv-onnx-encoders-"));

interface Ort {
  readonly Tensor: new (type: string, data: BigInt64Array, dims: readonly number[]) => { readonly data: Float32Array };
  readonly InferenceSession: { create(path: string): Promise<Session> };
}
interface Session {
  readonly inputNames: readonly string[];
  run(feeds: Record<string, unknown>): Promise<Record<string, { readonly data: Float32Array }>>;
  release(): Promise<void>;
}

beforeAll(() => initBackend("cpu"));
afterAll(() => rmSync(folder, { recursive: true }));

const SMALL = {
  ...{ vocab_size: 31, hidden_size: 12, num_hidden_layers: 3, num_attention_heads: 3, intermediate_size: 14 },
  ...{ max_position_embeddings: 20, pad_token_id: 1, id2label: { 0: "a", 1: "b", 2: "c" } },
};
const FAMILIES = {
  bert: { family: bert, json: { ...SMALL, model_type: "bert", type_vocab_size: 2 } },
  roberta: { family: roberta, json: { ...SMALL, model_type: "roberta", type_vocab_size: 1 } },
  distilbert: {
    family: distilbert,
    json: { ...SMALL, model_type: "distilbert", dim: 12, n_layers: 2, n_heads: 3, hidden_dim: 14 },
  },
  electra: { family: electra, json: { ...SMALL, model_type: "electra", embedding_size: 7 } },
  albert: { family: albert, json: { ...SMALL, model_type: "albert", embedding_size: 7 } },
  modernbert: {
    family: modernbert,
    json: { ...SMALL, model_type: "modernbert", local_attention: 4, global_attn_every_n_layers: 2 },
  },
} as const;
const TASKS = ["textEncoder", "maskedLM", "sequenceClassification", "tokenClassification", "questionAnswering"];

/** A model with numbers of its own in every parameter. */
function build({ family, json }: { readonly family: unknown; readonly json: object }, task: string): OnnxExportable {
  const { parseConfig, architectures } = family as typeof bert;
  const config = parseConfig(json);
  const architecture = architectures(config.modelType).find((each) => each.task === task);
  if (architecture === undefined) throw new Error(`expected a class of ${task}`);
  const model: unknown = architecture.build(Params.initialized(1), config);
  if (!isOnnxExportable(model)) throw new Error(`expected a model that is written, got one of ${task}`);
  let seed = 1;
  for (const variable of model.params.named("matrix", "embedding", "norm", "bias", "scale").values()) {
    tf.tidy(() => variable.assign(tf.add(variable, tf.randomNormal(variable.shape, 0, 0.4, "float32", seed++))));
  }
  return model;
}

const IDS = [
  [5, 6, 7, 8, 9, 10, 11],
  [12, 13, 14, 15, 16, 1, 1],
];
const MASK = IDS.map((row) => row.map((id) => (id === 1 ? 0 : 1)));
const TYPES = IDS.map((row) => row.map((_, i) => (i > 3 ? 1 : 0)));
/** Outputs by the names of the graph. */
const NAMES: Readonly<Record<string, string>> = {
  lastHiddenState: "last_hidden_state",
  poolerOutput: "pooler_output",
  startLogits: "start_logits",
  endLogits: "end_logits",
};

describe.skipIf(!hasRuntime).each(Object.keys(FAMILIES))("%s", (name) => {
  test.each(TASKS)("as a %s gives the same numbers, with padding", (task) =>
    expectNoLeaks(async () => {
      const ort = onnxruntime<Ort>();
      using model = build(FAMILIES[name as keyof typeof FAMILIES], task);
      const [file] = await exportOnnx(model);
      const path = join(folder, "model.onnx");
      writeFileSync(path, Buffer.concat(file?.parts ?? []));
      const session = await ort.InferenceSession.create(path);
      const types = name === "roberta" ? TYPES.map((row) => row.map(() => 0)) : TYPES; // it has one kind of segment
      const given = { input_ids: IDS, attention_mask: MASK, token_type_ids: types };
      const feeds = Object.entries(given).filter(([input]) => session.inputNames.includes(input));
      const outputs = await session.run(
        Object.fromEntries(
          feeds.map(([input, rows]) => [
            input,
            new ort.Tensor("int64", BigInt64Array.from(rows.flat(), BigInt), [rows.length, rows[0]?.length ?? 0]),
          ]),
        ),
      );
      const inputs = {
        ids: tf.tensor2d(IDS, undefined, "int32"),
        attentionMask: tf.tidy(() => tf.cast(tf.tensor2d(MASK, undefined, "int32"), "bool")),
        tokenTypes: tf.tensor2d(types, undefined, "int32"),
      };
      const { forward } = model as unknown as { forward(inputs: EncoderInputs): Record<string, tf.Tensor> };
      const expected = forward.call(model, inputs);
      for (const [output, tensor] of Object.entries(expected)) {
        const want = await tensor.data();
        const got = outputs[NAMES[output] ?? output]?.data ?? [];
        expect(got).toHaveLength(want.length);
        const perToken = want.length / MASK.flat().length;
        for (const [i, value] of want.entries()) {
          const isPadding =
            task !== "sequenceClassification" &&
            output !== "poolerOutput" &&
            MASK.flat()[Math.floor(i / perToken)] === 0;
          if (!isPadding) expect(got[i], `${output} ${i}`).toBeCloseTo(value, 4);
        }
      }
      tf.dispose([expected, inputs] as unknown as tf.TensorContainer);
      await session.release();
    }),
  );
});

test.each([
  ["mpnet", mpnet, {}, "expected an encoder without positionBias"],
  [
    "deberta-v2",
    debertaV2,
    { relative_attention: true, pos_att_type: ["p2c", "c2p"] },
    "expected an encoder without scores",
  ],
])("%s is refused by name", async (modelType, family, more, message) => {
  using model = build({ family, json: { ...SMALL, ...more, model_type: modelType } }, "textEncoder");
  await expect(exportOnnx(model)).rejects.toThrow(message);
});
