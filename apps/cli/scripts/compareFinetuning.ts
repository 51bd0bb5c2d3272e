/**
 * Trains the adapters that golden/train_peft.py trained, on the same batches from the same start, and compares the losses.
 *
 * Run: pnpm example apps/cli/scripts/compareFinetuning.ts MODEL OUT [GGUF]; STEPS says how many steps, 50 by default
 *
 * MODEL is the folder of the model, OUT what the Python script wrote. It gets `ours/`, the adapter after the last step, and
 * `ours.json` with the losses, the largest difference from PEFT's, and the most bytes that tensors took. With GGUF, a file of the same
 * model in blocks, the adapter that PEFT trained is opened on it too.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { initBackend } from "@qkv/backend";
import { loadAdapter, loadPretrained } from "@qkv/pretrained";
import { modelFiles, modelFolder, saveAdapter } from "@qkv/pretrained/node";
import { AdamW, lossAndGradients } from "@qkv/training";
import { type CausalLanguageModel, llama } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";

interface Batch {
  readonly ids: number[][];
  readonly mask: number[][];
  readonly labels: number[][];
}

const [model = "", out = "", gguf] = process.argv.slice(2);
const json = <T>(file: string): T => JSON.parse(readFileSync(path.join(out, file), "utf8")) as T;
const [batches, steps] = [json<Batch[]>("batches.json"), Number(process.env["STEPS"] ?? 50)];

function lossOf(of: CausalLanguageModel, { ids, mask, labels }: Batch): tf.Scalar {
  return tf.tidy(() => {
    const shifted = labels.map((row) => [...row.slice(1), -100]); // ours are those of the next token
    return of.loss({
      ids: tf.tensor2d(ids, undefined, "int32"),
      attentionMask: tf.tensor2d(mask, undefined, "bool"),
      labels: tf.tensor2d(shifted, undefined, "int32"),
    });
  });
}

async function numberOf(tensor: tf.Tensor): Promise<number> {
  const [value = NaN] = await tensor.data();
  tensor.dispose();
  return value;
}

await initBackend("wasm");
const opened = await loadPretrained(modelFolder(model), { families: [llama] });
const adapter = await loadAdapter(opened.model, modelFolder(path.join(out, "initial")));
adapter.attach();
const optimizer = new AdamW(adapter.named(), { learningRate: 5e-4 });
const losses: number[] = [];
const atRest = tf.memory().numBytes;
let most = 0;
for (let step = 0; step < steps; step++) {
  const batch = batches[step % batches.length] as Batch;
  const { loss, gradients } = lossAndGradients(adapter.named(), () => {
    const value = lossOf(opened.model, batch);
    most = Math.max(most, tf.memory().numBytes); // the tape holds every activation now
    return value;
  });
  optimizer.step(gradients);
  tf.dispose([...gradients.values()]);
  losses.push(await numberOf(loss));
  console.log(step, losses[step]);
}
const theirs = json<number[]>("losses.json");
const differences = losses.map((loss, step) => Math.abs(loss - (theirs[step] ?? NaN)));
await saveAdapter(path.join(out, "ours"), { model: opened.model, adapter, base: model });
const trained = await numberOf(lossOf(opened.model, batches[0] as Batch));
const results = {
  losses,
  theirs,
  largestDifference: Math.max(...differences),
  bytesAtRest: atRest,
  bytesMost: most,
  trained,
};
mkdirSync(out, { recursive: true });
writeFileSync(path.join(out, "ours.json"), `${JSON.stringify(results, undefined, 2)}\n`);
console.log("largest difference", results.largestDifference, "; first batch, trained:", trained);
optimizer.dispose();
adapter.dispose();
opened.model.dispose();
if (gguf !== undefined) {
  const packed = await loadPretrained(await modelFiles(gguf), { families: [llama] });
  for (const folder of ["trained", "ours"]) {
    const other = await loadAdapter(packed.model, modelFolder(path.join(out, folder)));
    const before = await numberOf(lossOf(packed.model, batches[0] as Batch));
    other.attach();
    console.log(`on blocks, ${folder}: ${before} -> ${await numberOf(lossOf(packed.model, batches[0] as Batch))}`);
    other.dispose();
  }
  packed.model.dispose();
}
