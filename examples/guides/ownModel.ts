import { mkdir, readFile, writeFile } from "node:fs/promises";
import { LearnedPositions, MultiHeadAttention } from "@qkv/attention";
import { initBackend } from "@qkv/backend";
import { crossEntropy } from "@qkv/ops";
import { Embedding, LayerNorm, Linear, loadCheckpoint, type NameMap, Params, RandomStream, readState } from "@qkv/nn";
import { parseSafetensors, safeTensor, toFloat32, writeSafetensors } from "@qkv/safetensors";
import { AdamW, cosineSchedule, train } from "@qkv/training";
import * as tf from "@tensorflow/tfjs-core";

interface MirrorConfig {
  readonly vocabSize: number;
  readonly length: number;
  readonly dModel: number;
  readonly numHeads: number;
}

/** Reads a word backwards: at each place it has to look at the place opposite. */
class Mirror {
  readonly params: Params;
  readonly config: MirrorConfig;
  readonly embedding: Embedding;
  readonly positions: LearnedPositions;
  readonly attention: MultiHeadAttention;
  readonly norm: LayerNorm;
  readonly output: Linear;

  constructor(params: Params, config: MirrorConfig) {
    this.params = params;
    this.config = config;
    const { vocabSize, length, dModel, numHeads } = config;
    this.embedding = new Embedding(params.at("embedding"), vocabSize, dModel);
    this.positions = new LearnedPositions(params.at("positions"), length, dModel);
    this.attention = new MultiHeadAttention(params.at("attention"), { dModel, numHeads });
    this.norm = new LayerNorm(params.at("norm"), dModel, { eps: 1e-5 });
    this.output = new Linear(params.at("output"), dModel, vocabSize);
  }

  /** [B, L] int32 -> logits [B, L, V] */
  forward(ids: tf.Tensor2D): tf.Tensor3D {
    return tf.tidy(() => {
      const x = tf.add(this.embedding.forward(ids), this.positions.forward(ids.shape[1])); // [B, L, E]
      const output = this.attention.forward(x, x);
      return this.output.forward(this.norm.forward(tf.add(x, output)) as tf.Tensor3D);
    });
  }
}

await initBackend();
const config = { vocabSize: 26, length: 8, dModel: 32, numHeads: 2 };
const params = Params.initialized(1);
const model = new Mirror(params, config);

/** 32 words of random letters: the same for the same epoch. */
function words(epoch: number): number[][] {
  const random = new RandomStream(epoch);
  const letter = () => Math.floor(26 * random.uniform());
  return Array.from({ length: 32 }, () => Array.from({ length: config.length }, letter));
}

const task = {
  params: params.named(),
  batches: (epoch: number) => [words(epoch)],
  loss: (batch: number[][]) =>
    tf.tidy(() => {
      const logits = model.forward(tf.tensor2d(batch, undefined, "int32"));
      const labels = tf.tensor1d(
        batch.flatMap((word) => word.toReversed()),
        "int32",
      );
      return tf.mean(crossEntropy(tf.reshape(logits, [-1, config.vocabSize]) as tf.Tensor2D, labels)) as tf.Scalar;
    }),
};

const optimizer = new AdamW(task.params, { learningRate: 0.01 });
const schedule = cosineSchedule({ warmupSteps: 20, totalSteps: 200 });
const losses: number[] = [];
await train(task, {
  optimizer,
  schedule,
  maxSteps: 200,
  clipNorm: 1,
  onEvent: (event) => {
    if (event.type === "step") losses.push(event.loss);
  },
});
console.log(`loss ${losses[0]?.toFixed(1)}, then ${losses.at(-1)?.toFixed(1)}`);

/** Our names to those of the file: here PyTorch's habit, so that a module there can take the file as it is. */
const NAMES: NameMap = {
  "embedding.weight": "embedding.weight",
  "positions.weight": "positions.weight",
  "attention.qProj.weight": "attention.q_proj.weight",
  "attention.qProj.bias": "attention.q_proj.bias",
  "attention.kProj.weight": "attention.k_proj.weight",
  "attention.kProj.bias": "attention.k_proj.bias",
  "attention.vProj.weight": "attention.v_proj.weight",
  "attention.vProj.bias": "attention.v_proj.bias",
  "attention.outProj.weight": "attention.out_proj.weight",
  "attention.outProj.bias": "attention.out_proj.bias",
  "norm.weight": "norm.weight",
  "norm.bias": "norm.bias",
  "output.weight": "output.weight",
  "output.bias": "output.bias",
};

async function save(folder: string, { params, config }: Mirror): Promise<void> {
  const state = [...(await readState(params, NAMES))];
  const tensors = Object.fromEntries(state.map(([name, { data, shape }]) => [name, safeTensor(data, shape)]));
  await mkdir(folder, { recursive: true });
  await writeFile(`${folder}/config.json`, JSON.stringify(config));
  await writeFile(`${folder}/model.safetensors`, writeSafetensors(tensors, { format: "pt" }));
}

async function load(folder: string): Promise<Mirror> {
  const config = JSON.parse(await readFile(`${folder}/config.json`, "utf8")) as MirrorConfig;
  const { tensors } = parseSafetensors(await readFile(`${folder}/model.safetensors`));
  const state = new Map([...tensors].map(([name, tensor]) => [name, { shape: tensor.shape, data: toFloat32(tensor) }]));
  return loadCheckpoint(state, NAMES, (params) => new Mirror(params, config)); // strictly: nothing missing, nothing over
}

await save("runs/mirror", model);
optimizer.dispose();
params.dispose();

const opened = await load("runs/mirror");
const letters = tf.tensor2d([[..."keyboard"].map((letter) => letter.charCodeAt(0) - 97)], undefined, "int32");
const logits = opened.forward(letters);
const best = tf.argMax(logits, -1);
console.log(String.fromCharCode(...(await best.data()).map((id) => id + 97)));
tf.dispose([letters, logits, best]);
opened.params.dispose();
