import { initBackend } from "@qkv/backend";
import { memoryFiles } from "@qkv/pretrained";
import { modelFolder } from "@qkv/pretrained/node";
import { beforeAll, describe, expect, test } from "vitest";
import { twoVocabularies } from "../test/twoVocabularies.ts";
import { openTranslator } from "./openTranslator.ts";

const { signal } = new AbortController();
const files = async () => memoryFiles("two-vocabularies", await twoVocabularies());
beforeAll(() => initBackend("cpu"));

describe("a model whose languages have a vocabulary each", () => {
  test("takes its language codes from the source's, and leads every sentence with the one that is asked for", async () => {
    const { translator, dispose } = await openTranslator(await files(), { from: "en", to: "fr" }, signal);
    const { sentences } = await translator.translate("The cat. The mat.", { maxNewTokens: 3 });
    expect(translator.tokenizer.languageCodes).toEqual([">>fr<<"]);
    expect(sentences.map(({ source }) => source.tokens[0])).toEqual([">>fr<<", ">>fr<<"]);
    dispose();
    await expect(openTranslator(await files(), { from: "en", to: "es" }, signal)).rejects.toThrow(
      "--to: expected a language that the model translates to (fr), got es",
    );
  });

  test("shows where tokens looked under the words of each language", async () => {
    const { translator, attentionPicture, dispose } = await openTranslator(
      await files(),
      { from: "en", to: "fr" },
      signal,
    );
    const text = "the cat sat on the 漢字 mat";
    const translation = await translator.translate(text, { maxNewTokens: 8 });
    const picture = await attentionPicture(translation);
    dispose();
    const labels = Array.from(picture.matchAll(/<text [^>]*>([^<]*)<\/text>/g), ([, label = ""]) => label);
    expect(labels).toEqual(expect.arrayContaining(["the", "cat", "漢字"]));
    for (const label of labels) expect(label).not.toMatch(/▁./);
    const target = translation.tokens.target.filter((token) => token !== "</s>");
    expect(labels).toEqual(expect.arrayContaining(target.map((token) => token.replace(/▁(?=.)/, ""))));
  });
});

describe("a model of two languages", () => {
  const open = (settings: { from?: string; to?: string }) =>
    openTranslator(modelFolder("models/en-fr"), settings, signal);

  test.each([
    [{ to: "de" }, "--to: expected fr, which is what the model translates to, got de"],
    [{ from: "de" }, "--from: expected en, which is what the model translates from, got de"],
    [{ from: "fr", to: "en" }, "--from: expected en, which is what the model translates from, got fr"],
  ])("refuses %j", async (settings, message) => {
    await expect(open(settings)).rejects.toThrow(message);
  });

  test.each([{}, { to: "fr" }, { from: "en_GB", to: "fra" }, { to: "fr-CA" }])("takes %j", async (settings) => {
    const { translator, dispose } = await open(settings);
    expect(translator.options.languageCode).toBeUndefined();
    expect(translator.options.locale).toBe(settings.from === undefined ? "en" : "en-GB");
    dispose();
  });
});
