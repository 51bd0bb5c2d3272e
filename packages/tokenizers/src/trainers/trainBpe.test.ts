import { expect, test } from "vitest";
import { byteLevelAlphabet, Tokenizer, trainBpe } from "../index.ts";

const options = {
  specialTokens: ["</s>", "<unk>", "<pad>"],
  initialAlphabet: byteLevelAlphabet(),
  normalizer: { type: "Sequence", normalizers: [{ type: "NFC" }, { type: "Prepend", prepend: " " }] },
  preTokenizer: { type: "ByteLevel", add_prefix_space: false },
  decoder: {
    type: "Sequence",
    decoders: [{ type: "ByteLevel" }, { type: "Strip", content: " ", start: 1, stop: 0 }],
  },
} as const;

test("trained tokenizers write any text and read it back", async () => {
  const tokenizer = await trainBpe(["the cat sat on the mat", "the hat"], { ...options, vocabSize: 270 });
  const { ids, tokens, offsets } = tokenizer.encode("the 😀");
  expect(tokens.slice(0, 2)).toEqual(["Ġthe", "Ġ"]);
  expect(offsets).toEqual([
    [0, 3],
    [3, 4],
    [4, 6],
    [4, 6],
    [4, 6],
    [4, 6],
  ]);
  expect(tokenizer.decode(ids)).toBe("the 😀");
});

test("saving and loading gives the same tokenizer", async () => {
  const tokenizer = await trainBpe(["low lower lowest", "new newer newest"], { ...options, vocabSize: 290 });
  const json = JSON.stringify(tokenizer);
  const loaded = Tokenizer.fromJSON(json);
  expect(loaded.encode("lowest newest").ids).toEqual(tokenizer.encode("lowest newest").ids);
  expect(JSON.stringify(loaded)).toBe(json);
});

test("equally frequent pairs are merged in the order of their ids", async () => {
  const tokenizer = await trainBpe(["ab cd ab cd"], { preTokenizer: { type: "ByteLevel" }, vocabSize: 9 });
  const { model } = tokenizer.toJSON();
  expect(model).toMatchObject({
    merges: [
      ["a", "b"],
      ["c", "d"],
      ["Ġ", "ab"],
      ["Ġ", "cd"],
    ],
  });
});

test("texts that come asynchronously give the same tokenizer, or none after the signal", async () => {
  const texts = ["low lower lowest", "new newer newest"];
  async function* later() {
    for (const text of texts) yield Promise.resolve(text);
  }
  const merges: number[] = [];
  const trained = await trainBpe(later(), {
    ...options,
    vocabSize: 264,
    onProgress: ({ stage, done }) => stage === "learning" && merges.push(done),
  });
  expect(trained.toJSON()).toEqual((await trainBpe(texts, { ...options, vocabSize: 264 })).toJSON());
  expect(merges).toEqual([260, 261, 262, 263, 264]);
  const signal = AbortSignal.abort(new Error("no more"));
  await expect(trainBpe(later(), { ...options, signal })).rejects.toThrow("no more");
});
