import { expect, test } from "vitest";
import { memoryFiles } from "../files/modelFiles.ts";
import { readMaxTokens } from "./maxTokens.ts";

const read = (json: object) =>
  readMaxTokens(
    memoryFiles("m", new Map([["tokenizer_config.json", new TextEncoder().encode(JSON.stringify(json))]])),
    {},
  );

test("a length beyond all texts is none", async () => {
  expect(await read({ model_max_length: 512, truncation_side: "right" })).toBe(512);
  expect(await read({ model_max_length: 1e30 })).toBeUndefined();
});

test("a tokenizer that cuts texts at their beginning is refused by the field's name", async () => {
  await expect(read({ truncation_side: "left" })).rejects.toThrow(
    'm/tokenizer_config.json: expected truncation_side to be right, got "left"',
  );
});
