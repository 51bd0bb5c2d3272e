import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { initBackend } from "@qkv/backend";
import { memoryFiles, pretrainedFiles } from "@qkv/pretrained";
import { modelFolder } from "@qkv/pretrained/node";
import { pipeline, type PipelineTask } from "@qkv/pretrained/pipeline";
import { expectNoLeaks, writeTinyModels } from "@qkv/testing";
import type { T5Model } from "@qkv/transformer";
import { afterAll, beforeAll, expect, test } from "vitest";
import { tinyAnswerModel } from "./tinyGenerators.ts";

const folder = mkdtempSync(join(tmpdir(), "qkv-pipeline-"));
const model = (name: string) => modelFolder(join(folder, name));
beforeAll(async () => {
  writeTinyModels(folder);
  await initBackend("cpu");
});
afterAll(() => rmSync(folder, { recursive: true }));

test("one input gives one result, an array of them an array", () =>
  expectNoLeaks(async () => {
    const classify = await pipeline("text-classification", model("classifier"));
    const [best] = await classify("Ada wrote", { top: 1 });
    const many = await classify(["Ada wrote", { text: "Ada", pair: "wrote" }], { top: 1 });
    expect(many[0]?.[0]).toEqual(best);
    expect(many).toHaveLength(2);
    expect(classify.task.labels).toEqual(["bad", "fair", "good"]);
    classify.dispose();

    const embed = await pipeline("feature-extraction", model("embedder"));
    const vectors = await embed(["Ada", "wrote"]);
    expect(await embed("wrote")).toEqual(vectors[1]);
    embed.dispose();

    const fill = await pipeline("fill-mask", model("masked"));
    expect((await fill("Ada [MASK]"))[0]).toHaveLength(5);
    fill.dispose();

    const answer = await pipeline("question-answering", model("answerer"));
    expect((await answer("who", "Ada wrote programs.", { top: 2 })).length).toBeGreaterThan(0);
    answer.dispose();

    const rank = await pipeline("text-ranking", model("reranker"));
    expect(await rank("who", ["Ada", "No."])).toHaveLength(2);
    rank.dispose();

    const choose = await pipeline("zero-shot-classification", model("nli"));
    expect(await choose("Ada wrote", ["food", "engines"])).toHaveLength(2);
    choose.dispose();

    const tag = await pipeline("token-classification", model("tagger"));
    expect(await tag(["Ada", "No."])).toHaveLength(2);
    tag.dispose();
  }));

test("languages of a translation come by name, by option and by call", () =>
  expectNoLeaks(async () => {
    const { model, tokenizer } = await tinyAnswerModel();
    const files = await pretrainedFiles({ model: model as T5Model, ...(tokenizer && { tokenizer }) });
    model.dispose();
    const config = JSON.parse(new TextDecoder().decode(files.get("config.json"))) as object;
    const prefixes = { translation_en_to_fr: { prefix: "once " }, translation_fr_to_en: { prefix: "time " } };
    const json = JSON.stringify({ ...config, task_specific_params: prefixes });
    files.set("config.json", new TextEncoder().encode(json));
    const tiny = memoryFiles("tiny", files);
    const options = { maxNewTokens: 4 };

    const byName = await pipeline("translation_en_to_fr", tiny);
    const french = await byName("upon a", options);
    const english = await byName("upon a", { ...options, srcLang: "fr", tgtLang: "en" });
    expect(french.tokens.source).not.toEqual(english.tokens.source);
    expect(await byName(["upon a"], options)).toEqual([french]);
    expect(byName.task.of({ srcLang: "fr", tgtLang: "en" })).toBe(byName.task.of({ srcLang: "fr", tgtLang: "en" }));
    await expect(byName("a", { tgtLang: "de" })).rejects.toThrow("(en-fr, fr-en), got en and de");
    byName.dispose();

    const byOption = await pipeline("translation", tiny, { srcLang: "fr", tgtLang: "en" });
    expect(await byOption("upon a", options)).toEqual(english);
    byOption.dispose();

    const byCall = await pipeline("translation", tiny);
    expect(await byCall("upon a", { ...options, srcLang: "en", tgtLang: "fr" })).toEqual(french);
    await expect(byCall("upon a", options)).rejects.toThrow("expected from and to of the pairs");
    await expect(byCall("a", { srcLang: "" })).rejects.toThrow("of: expected srcLang to be a language");
    byCall.dispose();

    await expect(pipeline("translation", tiny, { srcLang: "en", tgtLang: "de" })).rejects.toThrow("got en and de");
    await expect(pipeline("summarization", tiny, { tgtLang: "fr" })).rejects.toThrow(
      "pipeline: expected no srcLang and no tgtLang for summarization",
    );
  }));

test("refuses a task that is none, and a model that is not of its kind, of which nothing stays", () =>
  expectNoLeaks(async () => {
    await expect(pipeline("text-to-speech" as PipelineTask, model("tagger"))).rejects.toThrow(
      /^pipeline: expected a task of automatic-speech-recognition, depth-estimation, .*, got a string$/,
    );
    for (const name of ["translation", "summarization", "text-generation", "automatic-speech-recognition"] as const) {
      await expect(pipeline(name, model("tagger"))).rejects.toThrow("config.json: ");
    }
  }));
