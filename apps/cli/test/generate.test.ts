import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { safeTensor, writeSafetensors } from "@qkv/safetensors";
import { writeTinyModels } from "@qkv/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { streamText } from "../src/generation/streamText.ts";
import { buildProgram, qkv } from "./qkv.ts";
import { writeTinyClassifier, writeTinyLanguageModel, writeTinyModel } from "./tinyModel.ts";

interface Generated {
  readonly ids: number[][];
  readonly text: string[];
  readonly scores: number[];
}

describe("qkv generate", () => {
  let folder: string;
  const at = (name: string) => path.join(folder, name);
  const generate = (...args: string[]) => qkv(["generate", ...args]);
  const json = async (...args: string[]) => {
    const { stdout, stderr } = await generate(...args, "--json");
    expect(stderr).toBe("");
    return JSON.parse(stdout) as Generated;
  };
  const inputs = async (tensors: Readonly<Record<string, number[][]>>) => {
    const file = at("inputs.safetensors");
    const entries = Object.entries(tensors).map(([name, rows]) => {
      const data = BigInt64Array.from(rows.flat(), BigInt);
      return [name, safeTensor(data, [rows.length, rows[0]?.length ?? 0])] as const;
    });
    await writeFile(file, writeSafetensors(new Map(entries)));
    return file;
  };
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "qkv-generate-"));
    await buildProgram();
    await writeTinyModel(at("marian"));
    await writeTinyLanguageModel(at("gpt2"));
    await writeTinyClassifier(at("classifier"));
    writeTinyModels(at("tiny"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test("goes on with a prompt: what is streamed is what --json says, and no more tokens than asked for", async () => {
    const args = ["--model", at("gpt2"), "--prompt", "once upon", "--max-new-tokens", "5"];
    const { ids, text, scores } = await json(...args);
    expect(await generate(...args)).toMatchObject({ code: 0, stdout: `${text[0]}\n`, stderr: "" });
    expect(text[0]).toMatch(/^once upon/);
    expect([ids.length, scores.length]).toEqual([1, 1]);
    const short = await json(...args.slice(0, -1), "2");
    expect(ids[0]?.slice(0, short.ids[0]?.length)).toEqual(short.ids[0]);
    expect(short.ids[0]?.length).toBe((ids[0]?.length ?? 0) - 3);
  });

  test("an encoder-decoder makes a text of its own, as many as are asked for", async () => {
    const options = JSON.stringify({ num_return_sequences: 3, max_new_tokens: 4 });
    const args = ["--model", at("marian"), "--prompt", "the train", "--beams", "3", "--options", options];
    const { ids, text, scores } = await json(...args);
    expect(ids.map((row) => row[0])).toEqual([2, 2, 2]);
    expect(new Set(ids.map(({ length }) => length)).size).toBe(1);
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    expect((await generate(...args)).stdout).toBe(`${text.join("\n")}\n`);
  });

  test("rows of tensors are gone on with where they are not padded, and come back as they were", async () => {
    const rows = [
      [5, 6, 7],
      [0, 0, 8],
    ];
    const mask = [
      [1, 1, 1],
      [0, 0, 1],
    ];
    const options = JSON.stringify({ max_new_tokens: 3, pad_token_id: 9, eos_token_id: 23 });
    const both = ["--inputs", await inputs({ input_ids: rows, attention_mask: mask }), "--options", options];
    const { ids } = await json("--model", at("gpt2"), ...both);
    expect(ids.map((row) => row.slice(0, 3))).toEqual(rows);
    const alone = await json(
      "--model",
      at("gpt2"),
      "--inputs",
      await inputs({ input_ids: [[8]] }),
      "--options",
      options,
    );
    expect(ids[1]?.slice(2)).toEqual(alone.ids[0]);
    // Without a mask what is a padding token is padding, as in Python, unless it ends texts too.
    const guessed = async (pad: number, eos: number) => {
      const file = await inputs({ input_ids: rows, decoder_input_ids: rows });
      const of = JSON.stringify({ max_new_tokens: 3, pad_token_id: pad, eos_token_id: eos });
      return (await json("--model", at("gpt2"), "--inputs", file, "--options", of)).ids;
    };
    expect(await guessed(0, 23)).toEqual(ids.map((row) => row.map((id) => (id === 9 ? 0 : id))));
    expect((await guessed(0, 0))[1]?.slice(2)).not.toEqual(alone.ids[0]);
  });

  test("the same seed draws the same text, another one another", async () => {
    const draw = async (...args: string[]) =>
      (await json("--model", at("gpt2"), "--prompt", "once", "--temperature", "1.5", "--max-new-tokens", "12", ...args))
        .ids;
    expect(await draw("--seed", "3")).toEqual(await draw("--seed", "3"));
    expect(await draw("--seed", "3")).not.toEqual(await draw("--seed", "4"));
    const narrow = await draw("--top-k", "1");
    expect(narrow).toEqual((await json("--model", at("gpt2"), "--prompt", "once", "--max-new-tokens", "12")).ids);
  });

  test("an assistant, or what the prompt says, proposes tokens of the same text", async () => {
    const args = ["--model", at("gpt2"), "--prompt", "once upon", "--max-new-tokens", "6"];
    const plain = await json(...args);
    expect((await json(...args, "--assistant-model", at("gpt2"))).ids).toEqual(plain.ids);
    expect((await json(...args, "--options", '{"prompt_lookup_num_tokens":3}')).ids).toEqual(plain.ids);
  });

  test("an empty prompt begins with the model's token for that", async () => {
    const { ids } = await json("--model", at("gpt2"), "--prompt", "", "--max-new-tokens", "3");
    expect([ids[0]?.[0], ids[0]?.length]).toEqual([0, 4]);
  });

  test.each([
    [[], 2, "expected --prompt or --inputs, got neither"],
    [["--prompt", "a", "--inputs", "b"], 2, "expected --prompt or --inputs, got both"],
    [["--prompt", "once", "--options", "[]"], 2, "expected a JSON object"],
    [["--prompt", "once", "--options", '{"num_beam":2}'], 2, "expected an option that is supported, got num_beam"],
    [["--prompt", "once", "--temperature", "hot"], 2, "expected a number"],
    [["--prompt", "once", "--max-new-tokens", "9999999"], 1, "expected maxLength to be at most 1048576"],
    [["--inputs", "nowhere.safetensors"], 2, "nowhere.safetensors: expected a safetensors file"],
  ])("%j is refused", async (args, code, message) => {
    const finished = await generate("--model", at("gpt2"), ...args);
    expect(finished).toMatchObject({ code, stdout: "" });
    expect(finished.stderr).toContain(message);
  });

  // The likeliest tokens after start and no timestamps, one after the other, as transformers computes them.
  test("a Whisper writes what is in each spectrogram, without its prompt", async () => {
    const file = at("features.safetensors");
    const values = Float32Array.from({ length: 2 * 5 * 14 }, (_, i) => Math.sin(0.37 * i));
    await writeFile(file, writeSafetensors(new Map([["input_features", safeTensor(values, [2, 5, 14])]])));
    const args = ["--model", at("tiny/whisper"), "--inputs", file, "--max-new-tokens", "6"];
    const { ids, scores } = await json(...args);
    expect(ids).toEqual([
      [0, 18, 18, 3, 3, 3],
      [0, 0, 18, 3, 3, 3],
    ]);
    expect(scores).toHaveLength(2);
    const two = await json(...args, "--options", '{"num_beams":2,"num_return_sequences":2}');
    expect(two.ids).toHaveLength(4);
    expect((await generate("--model", at("tiny/whisper"), "--prompt", "a")).stderr).toContain(
      "expected --inputs with input_features",
    );
  });

  test("a model of images is refused", async () => {
    const { code, stderr } = await generate("--model", at("classifier"), "--prompt", "once");
    expect(code).toBe(1);
    expect(stderr).toContain("expected a model_type of marian, t5, mt5, bart, mbart");
  });
});

test("a character of several tokens comes whole", async () => {
  const bytes = [...new TextEncoder().encode("é🐕.")];
  const decode = (ids: readonly number[]) => new TextDecoder().decode(Uint8Array.from(ids));
  const tokenizer = { decode } as unknown as Parameters<typeof streamText>[1];
  async function* tokens() {
    yield* bytes;
  }
  const pieces: string[] = [];
  for await (const piece of streamText(tokens(), tokenizer, [...new TextEncoder().encode("a")])) pieces.push(piece);
  expect(pieces.filter(Boolean)).toEqual(["aé", "🐕", "."]);
});
