import { describe, expect, test } from "vitest";
import { trainBpe, trainUnigram, trainWordLevel, trainWordPiece } from "../index.ts";

const TRAINERS = { trainBpe, trainUnigram, trainWordLevel, trainWordPiece };
const texts = ["low lower lowest", "new newer newest"];

describe.each(Object.entries(TRAINERS))("%s", (name, train) => {
  test.each([
    ["vocabSize", NaN],
    ["vocabSize", Infinity],
    ["vocabSize", 2 ** 24 + 1],
    ["vocabSize", -1],
    ["vocabSize", 10.5],
    ["vocabSize", "100"],
    ["minFrequency", NaN],
    ["limitAlphabet", -1],
    ["maxTokenLength", 0],
    ["maxPieceLength", 1e9],
    ["maxPieceLength", NaN],
    ["seedSize", Infinity],
    ["nSubIterations", Infinity],
    ["maxInputCharsPerWord", 1.5],
    ["maxSteps", NaN],
  ])("refuses %s of %s by its name", async (option, value) => {
    const training = train(texts, { [option]: value } as object);
    await expect(training).rejects.toThrow(RangeError);
    await expect(training).rejects.toThrow(new RegExp(`${option}.* expected .*got ${value}|expected ${option} to be an integer from \\d+ to \\d+, got ${value}`)); // prettier-ignore
  });

  test("refuses a text, and lists that are none", async () => {
    await expect(train("low lower")).rejects.toThrow(`${name}: expected an iterable of texts, got a string`);
    await expect(train(texts, { specialTokens: "<s>" as never })).rejects.toThrow(
      `${name}: expected specialTokens to be an array of strings, got a string`,
    );
  });
});
