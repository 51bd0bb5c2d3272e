// A trained minGPT that sorts digits, and what PyTorch recorded inside it: every step of the first block, then the rest.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { activate } from "@qkv/ops";
import { MultiHeadAttention, splitHeads } from "@qkv/attention";
import { Embedding, LayerNorm, Linear, Params, Pass, Recorder } from "@qkv/nn";
import { describeBackends, expectClose } from "@qkv/testing";
import * as tf from "@tensorflow/tfjs-core";
import { test } from "vitest";

const DATA = process.env["QKV_DATA"];
const [WIDTH, HEADS, LAYERS, LENGTH, EPS] = [48, 3, 3, 11, 1e-5];

interface Recorded {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

function read(name: string): (key: string) => Recorded {
  const file = join(DATA ?? "", "checkpoints/gpt-nano-sort", name);
  const json = JSON.parse(readFileSync(file, "utf8")) as Record<string, { shape: number[]; data: string }>;
  return (key) => {
    const entry = json[key];
    if (entry === undefined) throw new Error(`${name}: expected ${key}, got ${Object.keys(json).join(", ")}`);
    const bytes = Uint8Array.from(Buffer.from(entry.data, "base64"));
    return { shape: entry.shape, data: new Float32Array(bytes.buffer) };
  };
}

/** Our names of a block's parameters, and minGPT's. c_attn holds queries, keys and values, one after the other. */
const NAMES: Readonly<Record<string, string>> = {
  norm1: "ln_1",
  norm2: "ln_2",
  "attn.outProj": "attn.c_proj",
  fc1: "mlp.c_fc",
  fc2: "mlp.c_proj",
};

function blockParams(model: (key: string) => Recorded, layer: number): Params {
  return Params.from((path, shape) => {
    const [, module = "", kind = ""] = /^(.*)\.(\w+)$/.exec(path) ?? [];
    const part = ["attn.qProj", "attn.kProj", "attn.vProj"].indexOf(module);
    const name = part < 0 ? NAMES[module] : "attn.c_attn";
    const { data } = model(`transformer.h.${layer}.${name}.${kind}`);
    const size = shape.reduce((a, b) => a * b, 1);
    return tf.tensor(part < 0 ? data : data.subarray(part * size, (part + 1) * size), shape);
  });
}

class Block {
  readonly norm1: LayerNorm;
  readonly attn: MultiHeadAttention;
  readonly norm2: LayerNorm;
  readonly fc1: Linear;
  readonly fc2: Linear;

  constructor(params: Params) {
    this.norm1 = new LayerNorm(params.at("norm1"), WIDTH, { eps: EPS });
    this.attn = new MultiHeadAttention(params.at("attn"), { dModel: WIDTH, numHeads: HEADS });
    this.norm2 = new LayerNorm(params.at("norm2"), WIDTH, { eps: EPS });
    this.fc1 = new Linear(params.at("fc1"), WIDTH, 4 * WIDTH);
    this.fc2 = new Linear(params.at("fc2"), 4 * WIDTH, WIDTH);
  }
}

describeBackends("gpt-nano-sort", () => {
  test.skipIf(DATA === undefined)(
    "recorded activations are reproduced, each from the recorded one before it",
    async () => {
      const [model, recorded] = [read("gpt-nano-sort-model.json"), read("gpt-nano-sort-t0-partials.json")];
      const equals = async (key: string, make: () => tf.Tensor) => {
        const tensor = tf.tidy(make);
        try {
          // The recorded run was made on another machine; 5e-6 is what is asked of every step.
          await expectClose(tensor, recorded(key), { atol: 5e-6, rtol: 5e-6 });
        } catch (error) {
          throw new Error(`${key}: ${(error as Error).message}`, { cause: error });
        } finally {
          tensor.dispose();
        }
      };
      const of = <R extends tf.Rank>(key: string) =>
        tf.tensor<R>(recorded(key).data, recorded(key).shape as tf.ShapeMap[R]);
      const root = Params.from((path) => {
        const { shape, data } = model(path.replace("lmHead", "lm_head").replace("norm", "transformer.ln_f"));
        return tf.tensor(data, [...shape]);
      });
      const tokens = new Embedding(root.at("transformer.wte"), 3, WIDTH);
      const positions = new Embedding(root.at("transformer.wpe"), LENGTH, WIDTH);
      const scopes = Array.from({ length: LAYERS }, (_, layer) => blockParams(model, layer));
      const blocks = scopes.map((scope) => new Block(scope));
      const [first] = blocks as [Block];

      await equals("tok_emb", () => tokens.forward(tf.cast(of<tf.Rank.R2>("idx"), "int32") as tf.Tensor2D));
      await equals("pos_emb", () => positions.forward(tf.reshape(tf.range(0, LENGTH, 1, "int32"), [1, LENGTH])));
      await equals("x", () => tf.add(of("tok_emb"), of("pos_emb")));
      await equals("ln1", () => first.norm1.forward(of("x")));
      const ln1 = () => of<tf.Rank.R3>("ln1");
      await equals("q", () => splitHeads(first.attn.qProj.forward(ln1()), HEADS));
      await equals("k", () => first.attn.project(ln1()).keys);
      await equals("v", () => first.attn.project(ln1()).values);
      const seen = () => ({ keys: of<tf.Rank.R4>("k"), values: of<tf.Rank.R4>("v") });
      const attend = (pass?: Pass) => first.attn.attend(ln1(), seen(), { causal: true }, pass);
      const activation = (name: string) => {
        using taps = new Recorder([name]);
        attend(new Pass({ taps })).dispose();
        return tf.clone(taps.get(name));
      };
      await equals("attSm", () => activation("probabilities"));
      await equals("att", () => visibleAlone(activation("maskedScores")));
      await equals("yProj", () => attend());
      await equals("attnResid", () => tf.add(of("x"), of("yProj")));
      await equals("ln2", () => first.norm2.forward(of("attnResid")));
      await equals("fc", () => first.fc1.forward(of("ln2")));
      await equals("gelu", () => activate(of("fc"), "geluTanh"));
      await equals("mlp", () => first.fc2.forward(of("gelu")));
      await equals("mlpResid", () => tf.add(of("attnResid"), of("mlp")));

      for (const [layer, block] of blocks.entries()) {
        await equals(`block${layer}`, () => {
          const x = of<tf.Rank.R3>(layer === 0 ? "x" : `block${layer - 1}`);
          const h = block.norm1.forward(x);
          const y = tf.add<tf.Tensor3D>(x, block.attn.forward(h, h, { causal: true }));
          return tf.add(y, block.fc2.forward(block.fc1.forward(block.norm2.forward(y), "geluTanh")));
        });
      }
      const norm = new LayerNorm(root.at("norm"), WIDTH, { eps: EPS });
      const head = new Linear(root.at("lmHead"), WIDTH, 3, { bias: false });
      await equals("ln_f", () => norm.forward(of("block2")));
      await equals("lm_head", () => head.forward(of("ln_f")));
      await equals("probs", () => tf.softmax(of("lm_head")));
      for (const params of [root, ...scopes]) params.dispose();
    },
  );
});

/** Hidden scores as PyTorch recorded them: minus infinity. */
function visibleAlone(masked: tf.Tensor): tf.Tensor {
  return tf.where(tf.greater(masked, -1e8), masked, tf.fill(masked.shape, -Infinity));
}
