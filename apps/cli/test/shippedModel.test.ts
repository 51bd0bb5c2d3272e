import { statSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { createTranslator, type CreateTranslatorOptions, loadPretrained, type Pretrained } from "@qkv/pretrained";
import { modelFolder } from "@qkv/pretrained/node";
import { describeBackends, expectClose, golden } from "@qkv/testing";
import { generate, marian } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const folderOf = (name: string) => fileURLToPath(new URL(`../../../models/${name}`, import.meta.url));

test.each([
  ["en-fr", 12],
  ["fr-en", 12],
  ["en-ko", 13],
  ["ko-en", 13],
])("%s takes at most %d MB of the repository", (name, megabytes) => {
  expect(statSync(path.join(folderOf(name), "model.safetensors")).size).toBeLessThan(1e6 * megabytes);
});

describe.each(["en-fr", "en-ko", "ko-en"])("%s", (name) => {
  const python = golden(new URL(`golden/${name}.safetensors`, import.meta.url));
  const lines = JSON.parse(python.metadata["lines"] ?? "[]") as { source: string; translation: string }[];

  describeBackends(
    "the model that ships equals what Python makes of its folder",
    () => {
      let pretrained: Pretrained<typeof marian>;
      beforeEach(async () => {
        pretrained = await loadPretrained(modelFolder(folderOf(name)), { families: [marian] });
      });
      afterEach(() => pretrained.model.dispose());

      test.each(lines.map((line, i) => [line.source, line.translation, i] as const))(
        "%s",
        async (source, translation, i) => {
          const { model, tokenizer } = pretrained;
          const [targetIds = []] = python.ids(`${i}.target_ids`);
          const sourceIds = tokenizer?.encode(source).ids ?? [];
          expect([sourceIds]).toEqual(python.ids(`${i}.input_ids`));

          const [[best] = []] = await generate(model, [sourceIds], { numBeams: 4, maxNewTokens: 64 });
          expect(best?.ids).toEqual(targetIds);
          const translated = await createTranslator(pretrained).translate(source, { numBeams: 4, maxNewTokens: 64 });
          expect(translated.translation).toBe(translation);

          const logits = tf.tidy(() => {
            const ids = tf.tensor2d([[...sourceIds]], undefined, "int32");
            const decoderIds = tf.tensor2d([targetIds.slice(0, -1)], undefined, "int32");
            const all = tf.squeeze(model.forward({ ids, decoderIds }).logits, [0]); // [T, V]
            const every37th = tf.range(0, all.shape[1] ?? 0, 37, "int32");
            return tf.gather(all, every37th, 1);
          });
          // logits of ten or so after five layers: 2e-5 was the worst seen
          await expectClose(logits, python.array(`${i}.logits`), { atol: 1e-4, rtol: 1e-5 });
          logits.dispose();
        },
      );
    },
    ["wasm"],
  );
});

describeBackends(
  "what is no word comes through",
  () => {
    let pretrained: Pretrained<typeof marian>;
    beforeEach(async () => {
      pretrained = await loadPretrained(modelFolder(folderOf("en-fr")), { families: [marian] });
    });
    afterEach(() => pretrained.model.dispose());

    test.each([
      "https://mhwxfxgua.org/9671/jopckr/smuilbewxd",
      "www.woukkrel.de/16",
      "lendgrinjin@sowos.de",
      "+33 3 00 48 87 54",
      "+33 2 24 80 75 67",
    ])("%s comes through as it is, which the search alone does not keep", async (span) => {
      const source = /^[(+]/.test(span) ? `The number of the hotel is ${span}.` : `Have you seen ${span}?`;
      const translate = async (copiesVerbatim: boolean) =>
        (await createTranslator(pretrained, { copiesVerbatim }).translate(source)).translation;
      expect(await translate(true)).toContain(span);
      expect(await translate(false)).not.toContain(span);
    });

    test("a name is spelt as it is, which the search without the folder's name_bias does not do", async () => {
      const translate = async (options: CreateTranslatorOptions) =>
        (await createTranslator(pretrained, options).translate("My parents live in Cannes.")).translation;
      expect(await translate({})).toContain("Cannes");
      expect(await translate({ nameBias: 0 })).not.toContain("Cannes");
    });
  },
  ["wasm"],
);
