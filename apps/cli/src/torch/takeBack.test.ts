import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { initBackend } from "@qkv/backend";
import { Params, type StateDict } from "@qkv/nn";
import { pretrainedFiles } from "@qkv/pretrained";
import { type Checkpoint, readVariables } from "@qkv/training";
import { fileCheckpoints } from "@qkv/training/node";
import { marian } from "@qkv/transformer";
import { afterAll, beforeAll, expect, test } from "vitest";
import { modelParameters } from "./hubParameters.ts";
import { toTorch } from "./moments.ts";
import { takeBack } from "./takeBack.ts";
import { writeTorchState } from "./torchState.ts";

let folder: string;
beforeAll(async () => {
  await initBackend("cpu");
  folder = await mkdtemp(path.join(tmpdir(), "qkv-take-back-"));
});
afterAll(() => rm(folder, { recursive: true }));

const newModel = (seed: number) =>
  marian.build(
    Params.initialized(seed),
    marian.parseConfig({
      ...{ model_type: "marian", vocab_size: 9, d_model: 4, max_position_embeddings: 8, scale_embedding: true },
      ...{ encoder_layers: 1, encoder_attention_heads: 2, encoder_ffn_dim: 6 },
      ...{ decoder_layers: 1, decoder_attention_heads: 2, decoder_ffn_dim: 6 },
      ...{ pad_token_id: 2, eos_token_id: 0, decoder_start_token_id: 2 },
    }),
  );

test("a buffer comes back with the weights, and has no moments", async () => {
  const [model, trained] = [newModel(1), newModel(2)];
  const hub = modelParameters(model);
  const variables = trained.params.named();
  const learned = [...variables].filter(([, { trainable }]) => trainable).map(([name]) => name);
  expect([...variables.keys()].filter((name) => !learned.includes(name))).toEqual(["finalLogitsBias"]);
  const params: StateDict = await readVariables(variables);
  const optimizer: StateDict = new Map(
    learned.flatMap((name) => {
      const entry = params.get(name) as NonNullable<ReturnType<typeof params.get>>;
      const moments = ["first", "second"].map((slot) => [`${slot}.${name}`, entry] as const);
      return [...moments, [`steps.${name}`, { shape: [], data: Float32Array.of(7) }] as const];
    }),
  );
  const progress = {
    ...{ step: 7, epoch: 1, position: 2, seed: 3, tokens: 99, validatedStep: 4, validationsSinceBest: 0 },
    best: { step: 4, value: 1.5 },
  };
  const moments = await toTorch("adamW", optimizer, hub);
  const state = { task: "translation", optimizer: "adamW", progress, moments };
  await writeTorchState(folder, state, await pretrainedFiles({ model: trained }), hub.weights);

  const checkpoints = fileCheckpoints(path.join(folder, "checkpoints"));
  const run = { folder, task: "translation", optimizer: "adamW", checkpoints, hub, params: model.params.named() };
  await takeBack(run);
  const taken = (await checkpoints.latest()) as Checkpoint;
  expect(taken.progress).toEqual(progress);
  expect(new Map(taken.params)).toEqual(new Map(params));
  const sorted = (each: StateDict) => [...each].sort(([a], [b]) => (a < b ? -1 : 1));
  expect(sorted(taken.optimizer)).toEqual(sorted(optimizer));

  await takeBack(run); // nothing newer
  expect(await checkpoints.steps()).toEqual([7]);
  model.dispose();
  trained.dispose();
});
