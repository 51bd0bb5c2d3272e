// What people do by mistake, and the sentence that says so.
import { initBackend } from "@qkv/backend";
import { beforeAll, expect, test } from "vitest";
import { AdamW, bleu, chrF, train } from "./index.ts";
import { fileCheckpoints, lockFolder } from "./node.ts";

const wrong = (value: unknown) => value as never;
beforeAll(() => initBackend("cpu"));

test("options of training and of the optimizer", async () => {
  const optimizer = new AdamW(new Map());
  const message = "train: expected";
  const run = (options: object) => train(wrong({}), wrong({ optimizer, ...options }));
  await expect(run({ steps: 3 })).rejects.toThrow(/^train: expected optimizer, .* as options, got steps$/);
  await expect(run({ max_steps: 3 })).rejects.toThrow(`${message} maxSteps as options, got max_steps`);
  await expect(run({ maxSteps: NaN })).rejects.toThrow(`${message} maxSteps to be a number from 0, got number NaN`);
  await expect(run({ epochs: -1 })).rejects.toThrow(`${message} epochs to be a number from 0, got number -1`);
  await expect(train(wrong({}), wrong({ maxSteps: 1 }))).rejects.toThrow(
    `${message} an optimizer, such as new AdamW(params), got nothing`,
  );
  expect(() => new AdamW(new Map(), wrong({ lr: 1 }))).toThrow("AdamW: expected learningRate, betas");
  expect(() => new AdamW(new Map(), { learningRate: NaN })).toThrow(
    "AdamW: expected learningRate to be a number from 0, got NaN",
  );
  expect(() => new AdamW(wrong([]))).toThrow(
    "AdamW: expected parameters by name, such as model.params.named(), got an array",
  );
});

test.each([bleu, chrF])("references come in lists: %o", (metric) =>
  expect(() => metric(["a"], wrong(["a"]))).toThrow(
    `${metric.name}: expected lists of references, [[one for each text]], got a string`,
  ),
);

test("a folder that is none", async () => {
  expect(() => fileCheckpoints(wrong(undefined))).toThrow(
    "fileCheckpoints: expected folder to be a string, got nothing",
  );
  await expect(lockFolder("no/such")).rejects.toThrow(
    /no.such: expected a folder that files can be written to, got none$/,
  );
});
