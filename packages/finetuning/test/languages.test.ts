// Further training between languages, beside transformers' on the same batch (golden/make_language_training.py).
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { initBackend } from "@qkv/backend";
import { seq2seq, type TextAndTarget } from "@qkv/finetuning";
import { loadPretrained, pretrainedFiles } from "@qkv/pretrained";
import { modelFolder } from "@qkv/pretrained/node";
import { AdamW, type StepEvent, train } from "@qkv/training";
import { expect, test } from "vitest";

interface Expected {
  readonly settings: { readonly learningRate: number; readonly weightDecay: number };
  readonly languages: readonly [string, string];
  readonly records: readonly TextAndTarget[];
  readonly sources: readonly (readonly number[])[];
  readonly targets: readonly (readonly number[])[];
  readonly losses: readonly number[];
}

test.each(["nllb", "mbart"])("%s has the tokens and the losses of transformers over 20 steps", async (name) => {
  await initBackend("wasm", { threads: 1 });
  const folder = fileURLToPath(new URL(`golden/${name}`, import.meta.url));
  const expected = JSON.parse(readFileSync(`${folder}/expected.json`, "utf8")) as Expected;
  const [sourceLanguage, targetLanguage] = expected.languages;
  const pretrained = await loadPretrained(modelFolder(folder), { dtype: "float32" });

  expect(() => seq2seq.encoder(pretrained, { targetLanguage })).toThrow("expected a sourceLanguage for a");
  const unknown = { sourceLanguage: "xx", targetLanguage };
  expect(() => seq2seq.encoder(pretrained, unknown)).toThrow("expected a language that the model knows");

  const encode = seq2seq.encoder(pretrained, { sourceLanguage, targetLanguage });
  const examples = (await Promise.all(expected.records.map(encode))).flat();
  expect(examples.map(({ source }) => [...source])).toEqual(expected.sources);
  expect(examples.map(({ target }) => [...target])).toEqual(expected.targets);

  const data = { training: examples, validation: examples, batchSize: examples.length, seed: 1 };
  const task = await seq2seq.createTask(pretrained, data, {});
  const weightDecayMask = pretrained.model.params.named("matrix");
  const optimizer = new AdamW(task.params, { ...expected.settings, weightDecayMask });
  const losses: number[] = [];
  const onEvent = (event: { type: string }) => event.type === "step" && losses.push((event as StepEvent).loss);
  await train(task, { optimizer, maxSteps: 20, onEvent });
  expect(losses).toHaveLength(20);
  for (const [i, loss] of losses.entries()) expect(Math.abs(loss - (expected.losses[i] as number))).toBeLessThan(1e-3);

  const { model, tokenizer } = pretrained;
  const languages = { source: sourceLanguage, target: targetLanguage };
  const files = await pretrainedFiles({ model, ...(tokenizer && { tokenizer }), languages });
  const config: unknown = JSON.parse(new TextDecoder().decode(files.get("tokenizer_config.json")));
  expect(config).toMatchObject({ src_lang: sourceLanguage, tgt_lang: targetLanguage });
  optimizer.dispose();
  model.dispose();
});
