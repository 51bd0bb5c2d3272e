import { initBackend } from "@qkv/backend";
import { expectNoLeaks } from "@qkv/testing";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import type { CausalModel } from "../models/causalModel.ts";
import { WANDERER_VOCABULARY, wanderer } from "../../test/wanderer.ts";
import { BeamHypotheses } from "./beamHypotheses.ts";
import { beamSearch } from "./beamSearch.ts";
import { Decoding } from "./decoding.ts";
import { generate, generateStream } from "./generate.ts";
import { type GenerationOptions, resolveOptions } from "./options.ts";

beforeAll(() => initBackend("cpu"));

const model = wanderer();
const token = fc.integer({ min: 2, max: WANDERER_VOCABULARY - 1 });
const source = fc.array(token, { minLength: 1, maxLength: 5 });
const searches: fc.Arbitrary<GenerationOptions> = fc.record({
  numBeams: fc.integer({ min: 1, max: 5 }),
  lengthPenalty: fc.constantFrom(-1, 0, 0.5, 1, 2),
  earlyStopping: fc.constantFrom(true, false, "never" as const),
  noRepeatNgramSize: fc.constantFrom(0, 2),
  forcedEosTokenId: fc.constantFrom(null, 0),
});

describe("laws", () => {
  test("a batch gives what its items give one by one", () =>
    fc.assert(
      fc.asyncProperty(fc.array(source, { minLength: 1, maxLength: 5 }), searches, async (sources, options) => {
        const together = await expectNoLeaks(() => generate(model, sources, options));
        const alone = await Promise.all(sources.map((ids) => generate(model, [ids], options)));
        expect(together.flat(2).map(({ ids }) => ids)).toEqual(alone.flat(2).map(({ ids }) => ids));
      }),
      { numRuns: 40 },
    ));

  test("a greedy search is a beam search of width 1 that stops at its first end", () =>
    fc.assert(
      fc.asyncProperty(source, searches, async (ids, options) => {
        const greedy = await generate(model, [ids], { ...options, numBeams: 1 });
        const settings = resolveOptions({ ...options, numBeams: 1, earlyStopping: true }, model, 1);
        const decoding = new Decoding(model, [ids]);
        const beams = await beamSearch(decoding, [[model.generation.decoderStartTokenId]], settings);
        decoding.dispose();
        expect(beams[0]?.[0]?.ids).toEqual(greedy[0]?.[0]?.ids);
        // A forced end is free for a beam only.
        if (options.forcedEosTokenId === null) {
          expect(beams[0]?.[0]?.score).toBeCloseTo(greedy[0]?.[0]?.score ?? NaN, 4);
        }
      }),
      { numRuns: 40 },
    ));

  test("as wide as there are sequences, a beam search finds the best of all", async () => {
    const options = { maxNewTokens: 2, lengthPenalty: 0, numBeams: WANDERER_VOCABULARY ** 2, numReturnSequences: 5 };
    for (const ids of [[2], [3, 7], [12, 5, 9]]) {
      const found = (await generate(model, [ids], options))[0] ?? [];
      expect(found.map(({ score }) => score)).toEqual(found.map(({ score }) => score).toSorted((a, b) => b - a));
      const best = found[0]?.score ?? NaN;
      for (const numBeams of [1, 2, 4]) {
        const narrow = (await generate(model, [ids], { ...options, numBeams, numReturnSequences: 1 }))[0]?.[0];
        expect(narrow?.score).toBeLessThanOrEqual(best + 1e-6);
      }
    }
  });
});

describe("sampling", () => {
  const options = { sampling: { seed: 3 }, numReturnSequences: 4, maxNewTokens: 8 };

  test("is repeated by its seed, and only by it", async () => {
    const ids = async (more: GenerationOptions) =>
      (await generate(model, [[5, 3], [7]], more)).flat().map((s) => s.ids);
    expect(await ids(options)).toEqual(await ids(options));
    expect(await ids(options)).not.toEqual(await ids({ ...options, sampling: { seed: 4 } }));
    expect(new Set((await ids(options)).map(String)).size).toBeGreaterThan(2);
  });

  test("of one token is a greedy search", async () => {
    const [greedy] = await generate(model, [[5, 3]]);
    expect(await generate(model, [[5, 3]], { sampling: { topK: 1, seed: 9 } })).toEqual([greedy]);
    expect(await generate(model, [[5, 3]], { sampling: { topP: 1e-6, seed: 9 } })).toEqual([greedy]);
  });
});

describe("limits", () => {
  test("rows that do not fit are refused before they are made, saying which limit", async () => {
    const wide = () => generate(model, [[2]], { numBeams: 3999, beamLimit: 4000, memoryLimit: 50_000 });
    await expect(expectNoLeaks(wide)).rejects.toThrow(
      /expected \d+ rows \(numBeams or numReturnSequences for each source\) to need at most 1 MiB, the memoryLimit, got/,
    );
  });

  test("a length that no text has", () =>
    expect(generate(model, [[2]], { maxLength: 1e9 })).rejects.toThrow(
      "expected maxLength to be at most 1048576, got",
    ));

  test("a text ends where a stop string does, if there is a tokenizer to say so, or when its time is over", async () => {
    const decode = (ids: readonly number[]) => ids.map((id) => `<${id}>`).join("");
    const options = { suppressTokens: [0], maxNewTokens: 8 };
    const [whole] = (await generate(model, [[5, 3]], options)).flat();
    const third = whole?.ids[3];
    const stopped = await generate(model, [[5, 3]], { ...options, decode, stopStrings: [`${third}`] });
    expect(stopped[0]?.[0]?.ids).toEqual(whole?.ids.slice(0, 1 + (whole.ids.slice(1).indexOf(third ?? -1) + 1)));
    await expect(generate(model, [[5]], { stopStrings: ["x"] })).rejects.toThrow("expected decode (the tokenizer)");
    expect((await generate(model, [[5, 3]], { ...options, maxTime: 0 }))[0]?.[0]?.ids).toHaveLength(2);
  });

  test("a rule of the caller ends a sequence, and sees where it began", async () => {
    const seen: number[] = [];
    const third = (ids: readonly number[], promptLength: number) => {
      seen.push(ids.length - promptLength);
      return ids.length === promptLength + 3;
    };
    const options = { suppressTokens: [0], maxNewTokens: 8, stoppingCriteria: [third] };
    expect((await generate(model, [[5, 3]], options))[0]?.[0]?.ids).toHaveLength(4);
    expect(seen).toEqual([1, 2, 3]);
    await expect(generate(model, [[5]], { stoppingCriteria: ["x"] as never })).rejects.toThrow(
      "expected stoppingCriteria to be an array of functions",
    );
  });

  test("a stream returns what generate gives", async () => {
    const options = { suppressTokens: [0], maxNewTokens: 4 };
    const stream = generateStream(model, [5, 3], options);
    const tokens: number[] = [];
    let step = await stream.next();
    for (; !step.done; step = await stream.next()) tokens.push(step.value);
    expect([step.value]).toEqual((await generate(model, [[5, 3]], options))[0]);
    expect(step.value.ids.slice(1)).toEqual(tokens);
  });
});

describe("stopping", () => {
  const endless: GenerationOptions = { maxLength: 500, suppressTokens: [0], sampling: { seed: 1 } };

  test("a stream that is left early leaves nothing behind", () =>
    expectNoLeaks(async () => {
      let count = 0;
      for await (const _token of generateStream(model, [4, 2], endless)) if (++count === 3) break;
      expect(count).toBe(3);
    }));

  test("a stream that nobody reads does nothing", () => expectNoLeaks(() => void generateStream(wanderer(), [4, 2])));

  test("an aborted signal stops before the work, and between two steps", async () => {
    const early = generate(model, [[4]], { signal: AbortSignal.abort(new Error("enough")) });
    await expect(expectNoLeaks(() => early)).rejects.toThrow("enough");
    const controller = new AbortController();
    const stream = async () => {
      for await (const _token of generateStream(model, [4], { ...endless, signal: controller.signal })) {
        controller.abort(new Error("heard"));
      }
    };
    await expect(expectNoLeaks(stream)).rejects.toThrow("heard");
  });

  test.each([1, 3])("a timer's abort gets through to a long search of %i beams", async (numBeams) => {
    const { sampling: _, ...greedy } = endless;
    const options = { ...greedy, maxLength: 5000, numBeams, signal: AbortSignal.timeout(80) };
    await expect(expectNoLeaks(() => generate(model, [[4]], options))).rejects.toThrow(/timeout/);
  });

  test("a timer's abort gets through between many short searches", async () => {
    const signal = AbortSignal.timeout(80);
    const searches = async () => {
      for (let i = 0; i < 100_000; i++) await generate(model, [[4]], { signal }); // each far shorter than a turn
    };
    await expect(expectNoLeaks(searches)).rejects.toThrow(/timeout/);
  });

  test.each([1, 3])("a model that fails at its third step leaves nothing behind, with %i beams", async (numBeams) => {
    let steps = 0;
    const failing = {
      ...model,
      decode: (...inputs: Parameters<typeof model.decode>) => {
        if (++steps === 3) throw new Error("no more");
        return model.decode(...inputs);
      },
    };
    const options = { numBeams, suppressTokens: [0] };
    await expect(expectNoLeaks(() => generate(failing, [[4], [5, 6]], options))).rejects.toThrow("no more");
  });
});

describe("bad input", () => {
  test("no source gives nothing", async () => expect(await generate(model, [])).toEqual([]));

  test("beams are drawn by a seed, and at no temperature they are those of a beam search", async () => {
    const draw = async (sampling: GenerationOptions["sampling"]) => {
      const options = { numBeams: 3, numReturnSequences: 3, maxNewTokens: 8, ...(sampling && { sampling }) };
      const found = await generate(model, [[3, 4], [5]], options);
      return found.map((sequences) => sequences.map(({ ids }) => ids));
    };
    expect(await draw({ temperature: 1e-4 })).toEqual(await draw(undefined));
    const drawn = await draw({ seed: 1, temperature: 2 });
    expect(drawn).toEqual(await draw({ seed: 1, temperature: 2 }));
    expect(drawn).not.toEqual(await draw({ seed: 2, temperature: 2 }));
  });

  test.each<[GenerationOptions, string]>([
    [{ numBeams: 3999 }, "expected numBeams to be at most 256, the beamLimit, got 3999"],
    [
      { numReturnSequences: 300, sampling: {} },
      "expected numReturnSequences to be at most 256, the beamLimit, got 300",
    ],
    [{ numBeams: 0 }, "expected numBeams to be a whole number from 1, got 0"],
    [{ numReturnSequences: 3, numBeams: 2 }, "expected numReturnSequences to be at most numBeams, 2, got 3"],
    [{ maxNewTokens: 0 }, "expected maxLength to be room for the start token and one more, got 1"],
    [{ lengthPenalty: NaN }, "expected lengthPenalty to be a number, got NaN"],
    [{ exponentialDecayLengthPenalty: [2, 1.1], eosTokenId: [] }, "expected eosTokenId to be a token with exponential"],
    [{ repetitionPenalty: 0 }, "expected repetitionPenalty to be a positive number, got 0"],
    [
      { sampling: {}, numBeams: 2, numReturnSequences: 3 },
      "expected numReturnSequences to be at most numBeams, 2, got 3",
    ],
    [{ sampling: { temperature: 0 } }, "expected temperature to be a positive number, got 0"],
    [{ sampling: { topP: 1.5 } }, "expected topP to be a number above 0, at most 1, got 1.5"],
  ])("%o", (options, message) => expect(generate(model, [[2]], options)).rejects.toThrow(message));

  test("a mask that does not fit, or hides a whole source", async () => {
    const masked = (attentionMask: number[][]) => generate(model, [[2, 3]], { attentionMask });
    await expect(masked([[1]])).rejects.toThrow("expected sources and attentionMask of one length, got [2] and [1]");
    await expect(masked([[0, 0]])).rejects.toThrow("expected at least one token in source 0, got padding alone");
  });

  test.each([
    [[[2], [3, 4]], "expected decoderInputIds of one length for 1 sources, got [1, 2]"],
    [[[]], "decoderInputIds: expected at least one id in source 0, got none"],
    [[[1.5]], "decoderInputIds: expected ids from 0"],
  ])("outputs that cannot begin so: %j", (decoderInputIds, message) =>
    expect(generate(model, [[2]], { decoderInputIds })).rejects.toThrow(message),
  );

  test("a beginning of the output of a decoder-only model, whose source it is", () => {
    const causal = { decode: model.decode, generation: { eosTokenId: [] } } as unknown as CausalModel;
    const begun = generate(causal, [[2]], { decoderInputIds: [[3]] });
    return expect(begun).rejects.toThrow("expected decoderInputIds for an encoder-decoder alone");
  });

  test("an empty source is named", () =>
    expect(generate(model, [[2], []])).rejects.toThrow("generate: expected at least one id in source 1, got none"));

  test.each([1, 2])("every token forbidden, with %i beams", (numBeams) => {
    const suppressTokens = Array.from({ length: WANDERER_VOCABULARY }, (_, id) => id);
    const search = expectNoLeaks(() => generate(model, [[2]], { suppressTokens, numBeams }));
    return expect(search).rejects.toThrow("expected a token that may come next, got none");
  });
});

test("hypotheses keep the best, as many as there are beams, and say when no other can win", () => {
  const hypotheses = (options: GenerationOptions) => {
    const kept = new BeamHypotheses(resolveOptions({ numBeams: 2, maxLength: 11, ...options }, model, 1));
    kept.add([1, 5, 0], -4); // -2 a token
    expect(kept.isDone(-100, 2)).toBe(false);
    kept.add([1, 5, 6, 0], -3); // -1
    return kept;
  };
  const kept = hypotheses({});
  kept.add([1, 0], -1.5);
  expect(kept.best(2).map(({ score }) => score)).toEqual([-1, -1.5]);
  expect(hypotheses({ earlyStopping: true }).isDone(-0.1, 3)).toBe(true);
  expect(hypotheses({}).isDone(-6.1, 3)).toBe(true); // at most -2.03 a token at this length
  expect(hypotheses({}).isDone(-5.9, 3)).toBe(false);
  expect(hypotheses({ earlyStopping: "never" }).isDone(-6.1, 3)).toBe(false); // -0.61 at length 10
  expect(hypotheses({ earlyStopping: "never" }).isDone(-20.1, 3)).toBe(true);
});

test("without a length it makes 20 tokens, as far as the positions reach", () => {
  const model = (maxPositions?: number) =>
    ({ generation: { eosTokenId: [], ...(maxPositions && { maxPositions }) } }) as unknown as CausalModel;
  expect(resolveOptions({}, model(), 5).maxLength).toBe(25);
  expect(resolveOptions({}, model(24), 5).maxLength).toBe(24);
  expect(resolveOptions({}, model(26), 5).maxLength).toBe(25);
});
