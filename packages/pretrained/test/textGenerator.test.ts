// Text generation as a task: prompts, messages, streams, batches, stop strings, conversations.
import { initBackend } from "@qkv/backend";
import { createGenerator, type GeneratedText, type Pretrained, type TextGenerator } from "@qkv/pretrained";
import { expectNoLeaks } from "@qkv/testing";
import { generate, type LogitsProcessor } from "@qkv/transformer";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tinyAnswerModel, tinyChatModel } from "./tinyGenerators.ts";

let pretrained: Pretrained;
let generator: TextGenerator;
let answerer: Pretrained;
beforeAll(async () => {
  await initBackend("cpu");
  pretrained = await tinyChatModel();
  answerer = await tinyAnswerModel();
  generator = createGenerator(pretrained);
});
afterAll(() => {
  pretrained.model.dispose();
  answerer.model.dispose();
});

/** Writes some text, and nothing else, behind whatever stands there. */
function writing(text: string, promptTokens: number, end = true): LogitsProcessor {
  const ids = [...generator.tokenizer.encode(text).ids, ...(end ? [0] : [])];
  return (scores, all) => {
    const next = ids[all.length - promptTokens] ?? 5;
    return scores.map((_, id) => (id === next ? 0 : -Infinity));
  };
}

async function collect(stream: AsyncGenerator<string, GeneratedText>): Promise<[string[], GeneratedText]> {
  const pieces: string[] = [];
  for (;;) {
    const step = await stream.next();
    if (step.done) return [pieces, step.value];
    pieces.push(step.value);
  }
}

const hi = [{ role: "user", content: "hi" }];
const prompt = "once upon";

describe("a prompt", () => {
  test("is gone on with as by generate, and streamed the same", async () => {
    const { ids } = generator.tokenizer.encode(prompt);
    const [[expected] = []] = await generate(generator.model, [ids], { maxNewTokens: 6 });
    const found = await generator.generate(prompt, { maxNewTokens: 6 });
    expect(found.ids).toEqual(expected?.ids.slice(ids.length));
    expect(found.score).toBe(expected?.score);
    expect(found).toMatchObject({ finishReason: "length", promptTokens: ids.length, newTokens: 6, cutTokens: 0 });
    const [pieces, streamed] = await collect(generator.stream(prompt, { maxNewTokens: 6 }));
    expect(streamed).toEqual(found);
    expect(pieces.join("")).toBe(found.text);
    const tokens: number[] = [];
    expect(await generator.generate(prompt, { maxNewTokens: 6, onToken: (id) => tokens.push(id) })).toEqual(found);
    expect(tokens).toEqual(found.ids);
  });

  test("of messages is rendered by the template", async () => {
    const found = await generator.generate(hi, { maxNewTokens: 3 });
    expect(found).toEqual(await generator.generate("<user>hi<end><assistant>", { maxNewTokens: 3 }));
    expect(generator.hasChat).toBe(true);
  });

  test("ends at its end token, which its text leaves out", async () => {
    const { length } = generator.tokenizer.encode(prompt);
    const logitsProcessors = [writing(" a é time", length)];
    const found = await generator.generate(prompt, { logitsProcessors });
    expect(found).toMatchObject({ text: " a é time", finishReason: "stop" });
    expect(found.ids.at(-1)).toBe(0);
    const [pieces] = await collect(generator.stream(prompt, { logitsProcessors }));
    expect(pieces.join("")).toBe(" a é time");
    expect(pieces.some((piece) => piece.includes("\ufffd"))).toBe(false);
  });

  test.each([
    ["in the middle of a token", [" tim"], " a é"],
    ["the first of several", ["never", "é t", "time"], " a "],
    ["at the beginning", [" a"], ""],
  ])("ends before a stop string: %s", async (_, stopStrings, text) => {
    const { length } = generator.tokenizer.encode(prompt);
    const options = { stopStrings, logitsProcessors: [writing(" a é time once upon", length)] };
    const found = await generator.generate(prompt, options);
    expect(found).toMatchObject({ text, finishReason: "stopString" });
    expect((await collect(generator.stream(prompt, options)))[0].join("")).toBe(text);
  });

  test("holds back nothing that only looked like a stop string", async () => {
    const { length } = generator.tokenizer.encode(prompt);
    const options = { stopStrings: ["timex"], logitsProcessors: [writing(" a time", length)] };
    const [pieces, { finishReason }] = await collect(generator.stream(prompt, options));
    expect([pieces.join(""), finishReason]).toEqual([" a time", "stop"]);
  });

  test("that ends as a stop string begins is no stop string", async () => {
    const { length } = generator.tokenizer.encode("once up");
    const options = { stopStrings: ["upon"], maxNewTokens: 2, logitsProcessors: [writing("on a", length, false)] };
    expect(await generator.generate("once up", options)).toMatchObject({ finishReason: "length" });
  });

  test("goes as far as there are positions", async () => {
    const found = await generator.generate(prompt, { suppressTokens: [0] });
    expect(found.promptTokens + found.newTokens).toBe(64);
  });

  test("that is too long is refused, or cut as asked for, which is told", async () => {
    const long = "once upon a time ".repeat(20);
    await expect(generator.generate(long)).rejects.toThrow(
      /generate: tiny: expected a text of at most 63 tokens.*got \d+/,
    );
    const cut = await generator.generate(long, { tooLong: "cutStart", maxNewTokens: 4 });
    expect(cut).toMatchObject({ promptTokens: 60, newTokens: 4 });
    expect(cut.cutTokens).toBe(generator.tokenizer.encode(long).length - 60);
    const tail = generator.tokenizer.encode(long).ids.slice(-60);
    expect(cut.ids).toEqual((await generate(generator.model, [tail], { maxNewTokens: 4 }))[0]?.[0]?.ids.slice(60));
  });

  test("of too many messages loses the oldest, and keeps what the system said", async () => {
    const turns = Array.from({ length: 12 }, (_, i) => [
      { role: "user", content: `once upon ${i}` },
      { role: "assistant", content: "a time" },
    ]).flat();
    const messages = [{ role: "system", content: "be" }, ...turns, ...hi];
    await expect(generator.generate(messages)).rejects.toThrow("expected a text of at most 63 tokens");
    const { promptTokens, cutTokens } = await generator.generate(messages, { tooLong: "cutStart", maxNewTokens: 20 });
    expect(promptTokens).toBeLessThanOrEqual(44);
    expect(cutTokens).toBeGreaterThan(0);
    const one = [{ role: "user", content: "once upon a time ".repeat(20) }];
    await expect(generator.generate(one, { tooLong: "cutStart" })).rejects.toThrow(
      "expected a text of at most 63 tokens",
    );
  });

  test("is searched with what the model's files say, and options say otherwise", async () => {
    const drawn = createGenerator(await tinyChatModel({ do_sample: true, temperature: 1.5, max_new_tokens: 8 }));
    const sampled = await drawn.generate(prompt);
    expect(sampled.newTokens).toBe(8);
    expect(await drawn.generate(prompt, { sampling: { seed: 4 } })).not.toEqual(sampled);
    const greedy = await drawn.generate(prompt, { sampling: null, maxNewTokens: 8 });
    expect(greedy).toEqual(await generator.generate(prompt, { maxNewTokens: 8 }));
    (drawn.model as unknown as { dispose(): void }).dispose();
    const beams = await generator.generate(prompt, { numBeams: 3, maxNewTokens: 5 });
    expect(beams.score).toBeGreaterThanOrEqual((await generator.generate(prompt, { maxNewTokens: 5 })).score);
    await expect(generator.stream(prompt, { numBeams: 2 }).next()).rejects.toThrow("expected one beam");
  });

  test.each([
    [{ maxnewtokens: 3 }, "expected sampling, tooLong"],
    [{ max_new_tokens: 3 }, "expected maxNewTokens as options, got max_new_tokens"],
    [{ tooLong: "cut" }, "expected tooLong to be refuse, cutStart or cutEnd, got cut"],
  ])("with options %j is refused", async (options, message) => {
    await expect(generator.generate(prompt, options as never)).rejects.toThrow(message);
  });

  test.each([
    [7, "expected a text or a list of messages, got number 7"],
    [[], "expected a text or a list of messages"],
    [[{ role: "user", content: [] }], "expected messages[0].content to be a string, got an array"],
  ])("%j is refused", async (wrong, message) => {
    await expect(generator.generate(wrong as never)).rejects.toThrow(message);
  });

  test("that is empty begins with the model's token for that", async () => {
    const { ids, promptTokens } = await generator.generate("", { maxNewTokens: 3 });
    expect([promptTokens, ids.length]).toEqual([1, 3]);
    expect(ids).toEqual((await generator.generate("<end>", { maxNewTokens: 3 })).ids);
  });

  test("that looks tokens up writes the same, and goes on where positions end when asked to", async () => {
    const plain = await generator.generate(prompt, { maxNewTokens: 12 });
    expect(await generator.generate(prompt, { maxNewTokens: 12, promptLookupNumTokens: 4 })).toEqual(plain);
    const long = await generator.generate(prompt, { maxNewTokens: 90, eosTokenId: [], contextShift: true });
    expect(long.ids.length).toBe(90);
  });

  test("that is left, stopped or failed leaves no tensor behind", async () => {
    await expectNoLeaks(async () => {
      for await (const _ of generator.stream(prompt)) break;
    });
    const controller = new AbortController();
    const onToken = () => controller.abort(new Error("enough"));
    await expect(
      expectNoLeaks(() => generator.generate(prompt, { onToken, signal: controller.signal })),
    ).rejects.toThrow("enough");
  });
});

test("a batch gives what its prompts give one by one", async () => {
  const prompts = [prompt, "a", hi, "once upon a time", "é", prompt];
  const one = await Promise.all(prompts.map((each) => generator.generate(each, { maxNewTokens: 4 })));
  const batch = await expectNoLeaks(() => generator.generateBatch(prompts, { maxNewTokens: 4 }));
  expect(batch.map(({ ids, text }) => [ids, text])).toEqual(one.map(({ ids, text }) => [ids, text]));
  const beams = await createGenerator(answerer).generateBatch(["a", "once upon"], { maxNewTokens: 4, numBeams: 2 });
  expect(beams.map(({ newTokens }) => newTokens > 0)).toEqual([true, true]);
  await expect(generator.generateBatch("a" as never)).rejects.toThrow("expected an array of prompts, got a string");
});

test("an encoder-decoder answers a text with one of its own", async () => {
  const found = await createGenerator(answerer).generate("once upon", { maxNewTokens: 5 });
  const [[expected] = []] = await generate(
    createGenerator(answerer).model,
    [generator.tokenizer.encode("once upon").ids],
    { maxNewTokens: 5 },
  );
  expect(found.ids).toEqual(expected?.ids.slice(1));
  await expect(createGenerator(answerer).generate(hi)).rejects.toThrow("expected a model with a chat template");
});

describe("a conversation", () => {
  test("reads only what is new, and answers as one that reads everything", async () => {
    await expectNoLeaks(async () => {
      const conversation = generator.startConversation({ system: "be", options: { maxNewTokens: 4 } });
      const first = await conversation.say("hi");
      expect(conversation.cachedTokens).toBe(first.promptTokens + first.newTokens - 1);
      const before = conversation.cachedTokens;
      const [pieces, second] = await collect(conversation.stream("so"));
      expect(second.promptTokens).toBeGreaterThan(before);
      expect(pieces.join("")).toBe(second.text);
      const { messages } = conversation;
      expect(messages.map(({ role }) => role)).toEqual(["system", "user", "assistant", "user", "assistant"]);
      const whole = await generator.generate(messages.slice(0, 4), { maxNewTokens: 4 });
      expect(whole.ids).toEqual(second.ids);
      conversation.reset();
      expect(conversation.messages).toEqual([{ role: "system", content: "be" }]);
      expect((await conversation.say("hi")).ids).toEqual(first.ids);
      conversation.dispose();
    });
  });

  test("keeps what came of an answer that was stopped", async () => {
    const conversation = generator.startConversation();
    let count = 0;
    for await (const _ of conversation.stream("hi", { suppressTokens: [0, 1, 2, 3], maxNewTokens: 40 })) {
      if (++count === 3) break;
    }
    expect(conversation.messages).toHaveLength(2);
    await expect(conversation.say("so", { signal: AbortSignal.abort(new Error("no")) })).rejects.toThrow("no");
    expect(conversation.messages).toHaveLength(2);
    await conversation.say("so", { maxNewTokens: 3 });
    expect(conversation.messages).toHaveLength(4);
    conversation.dispose();
  });
});

describe("JSON by a schema", () => {
  const schema = {
    type: "object",
    properties: { name: { type: "string", maxLength: 6 }, count: { type: "integer" }, tag: { enum: ["a", "é"] } },
    required: ["name", "tag"],
    additionalProperties: false,
  };

  test.each([1, 2, 3])("is what comes, drawn with seed %i", async (seed) => {
    const { text, finishReason } = await generator.generate("a", { json: schema, sampling: { seed } });
    const value = JSON.parse(text) as { name: string; tag: string };
    expect(finishReason).toBe("stop");
    expect(typeof value.name).toBe("string");
    expect(["a", "é"]).toContain(value.tag);
  });

  test("is what comes of a beam search and of an encoder-decoder", async () => {
    const json = { type: "array", items: { type: "boolean" }, minItems: 2, maxItems: 2 };
    expect(JSON.parse((await generator.generate("a", { json, numBeams: 3 })).text)).toHaveLength(2);
    expect(JSON.parse((await createGenerator(answerer).generate("a", { json, sampling: {} })).text)).toHaveLength(2);
  });

  test("that is not known is refused by name", async () => {
    await expect(generator.generate("a", { json: { type: "array", uniqueItems: true } })).rejects.toThrow(
      "generate: json: expected keywords that are known here, got uniqueItems",
    );
  });
});
