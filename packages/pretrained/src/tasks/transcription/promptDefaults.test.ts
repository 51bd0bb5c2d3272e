import { expect, test } from "vitest";
import { promptDefaults, withPromptDefaults } from "./promptDefaults.ts";

const languages = new Map(Object.entries({ en: 10, ko: 11, haw: 12 }));
const known = { languages, tasks: { transcribe: 20, translate: 21 }, noTimestamps: 30 };
const english = { languages: new Map<string, number>(), noTimestamps: 30 };
const read = (fields: object, of: Parameters<typeof promptDefaults>[2] = known) =>
  promptDefaults("tiny/generation_config.json", fields as Record<string, unknown>, of);

test("a language and a task, by code, token and name", () => {
  for (const language of ["ko", "<|ko|>", "Korean"]) expect(read({ language })).toEqual({ language: "ko" });
  expect(read({ language: "hawaiian", task: "translate", forced_decoder_ids: [[1, 10]] })).toEqual({ language: "haw", task: "translate" }); // prettier-ignore
  expect(read({ task: "transcribe" }, english)).toEqual({});
  expect(() => read({ language: "fr" })).toThrow('tiny/generation_config.json: expected language to be one of the model\'s, got "fr"'); // prettier-ignore
  expect(() => read({ task: "sing" })).toThrow('expected task to be transcribe or translate, got "sing"');
});

test("the tokens of old files", () => {
  expect(read({ forced_decoder_ids: [[1, null], [2, 20]] })).toEqual({ task: "transcribe", isForced: true }); // prettier-ignore
  expect(read({ forced_decoder_ids: [[1, 11], [2, 21], [3, 30]] })).toEqual({ language: "ko", task: "translate", isForced: true }); // prettier-ignore
  expect(read({ forced_decoder_ids: [[1, 30]] }, english)).toEqual({});
  expect(read({ forced_decoder_ids: null })).toEqual({});
});

test.each([
  [[[1, 5]]],
  [[[2, 20]]],
  [
    [
      [1, 11],
      [2, 20],
      [3, 7],
    ],
  ],
  [
    [
      [1, null],
      [3, 20],
    ],
  ],
  [3],
])("refuses %j", (forced_decoder_ids) => {
  // prettier-ignore
  expect(() => read({ forced_decoder_ids })).toThrow("expected forced_decoder_ids to be a language, a task and no timestamps from place 1 on, got "); // prettier-ignore
});

test("what is asked for comes first, and leaves nothing of the tokens of old files", () => {
  expect(withPromptDefaults({ task: "translate" }, { language: "ko", task: "transcribe" })).toEqual({ language: "ko", task: "translate" }); // prettier-ignore
  expect(withPromptDefaults({ task: "translate" }, { language: "ko", isForced: true })).toEqual({ task: "translate" });
  expect(withPromptDefaults({}, { language: "ko", isForced: true })).toEqual({ language: "ko" });
});
