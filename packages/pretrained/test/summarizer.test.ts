import { initBackend } from "@qkv/backend";
import { createGenerator, createSummarizer, type Pretrained } from "@qkv/pretrained";
import { afterAll, beforeAll, expect, test } from "vitest";
import { tinyAnswerModel, tinyChatModel } from "./tinyGenerators.ts";

let pretrained: Pretrained;
beforeAll(async () => {
  await initBackend("cpu");
  pretrained = await tinyAnswerModel();
});
afterAll(() => pretrained.model.dispose());

test("a T5 is told to summarize, and searched as its config says", async () => {
  const { ids } = await createSummarizer(pretrained)("once upon", { maxNewTokens: 5 });
  const told = await createGenerator(pretrained).generate("summarize: once upon", { maxNewTokens: 5 });
  expect(ids).toEqual(told.ids);
  const taskParams = { summarization: { prefix: "a: ", num_beams: 3, max_length: 5, length_penalty: 2 } };
  const found = await createSummarizer({ ...pretrained, taskParams } as Pretrained)("once upon");
  const options = { numBeams: 3, maxLength: 5, lengthPenalty: 2 };
  expect(found).toEqual(await createGenerator(pretrained).generate("a: once upon", options));
  const greedy = { numBeams: 1, maxNewTokens: 2 };
  expect((await createSummarizer({ ...pretrained, taskParams } as Pretrained)("once", greedy)).newTokens).toBe(2);
});

test("what the config says is refused by name where it is not known, as other models are", async () => {
  const wrong = (summarization: object) =>
    createSummarizer({ ...pretrained, taskParams: { summarization } } as unknown as Pretrained);
  expect(() => wrong({ guidance_scale: 2 })).toThrow(
    "tiny/config.json: task_specific_params.summarization: expected guidance_scale",
  );
  expect(() => wrong({ prefix: 3 })).toThrow("expected prefix to be a text");
  const chat = await tinyChatModel();
  expect(() => createSummarizer(chat)).toThrow(
    "tiny/config.json: expected an encoder-decoder that summarizes, got GPT2LMHeadModel",
  );
  chat.model.dispose();
});
