// A GGUF file as the model of every command that takes one.
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseSafetensors, safeTensor, toFloat32, writeSafetensors } from "@qkv/safetensors";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildProgram, qkv } from "./qkv.ts";

const GOLDEN = fileURLToPath(new URL("../../../packages/pretrained/test/golden/gguf/", import.meta.url));
const model = path.join(GOLDEN, "llama.gguf");

describe("a GGUF file", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "qkv-gguf-"));
    await buildProgram();
  });
  afterAll(() => rm(folder, { recursive: true }));

  test("is inspected, with the types of its tensors", async () => {
    const { stdout } = await qkv(["inspect", model, "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({
      architecture: "LlamaForCausalLM",
      dtypes: { Q8_0: 9, Q4_0: 7, F32: 5 },
      tokenizer: { vocabSize: 421, type: "BPE" },
    });
  });

  test("tokenizes", async () => {
    const { stdout } = await qkv(["tokenize", "--model", model], { input: "the Software\n" });
    const { ids } = JSON.parse(stdout) as { ids: number[] };
    expect(ids[0]).toBe(0);
    const back = await qkv(["tokenize", "--model", model, "--decode"], { input: `${ids.join(" ")}\n` });
    expect(back.stdout).toBe("the Software\n");
  });

  test("has the logits of Python, and goes on with a text", async () => {
    const golden = parseSafetensors(await readFile(path.join(GOLDEN, "llama.safetensors"))).tensors;
    const [inputs, outputs] = ["in", "out"].map((name) => path.join(folder, `${name}.safetensors`)) as [string, string];
    const ids = golden.get("ids") ?? safeTensor(new Int32Array(0), [0]);
    await writeFile(inputs, writeSafetensors({ input_ids: ids }));
    await qkv(["forward", "--model", model, "--inputs", inputs, "--outputs", outputs]);
    const { tensors } = parseSafetensors(await readFile(outputs));
    const [got, expected] = [tensors.get("logits"), golden.get("logits")].map((each) => each && toFloat32(each));
    expect(got?.length).toBe(expected?.length);
    got?.forEach((value, i) => expect(Math.abs(value - (expected?.[i] ?? NaN))).toBeLessThan(1e-3));
    const { stdout } = await qkv(["generate", "--model", model, "--prompt", "The", "--max-new-tokens", "5"]);
    expect(stdout).toMatch(/^The.+/);
  });

  test("that is cut off, or not there, is told by its name", async () => {
    const cut = path.join(folder, "cut.gguf");
    await writeFile(cut, (await readFile(model)).subarray(0, 30_000));
    const told = async (file: string) => (await qkv(["inspect", file])).stderr;
    expect(await told(cut)).toMatch(
      /cut\.gguf: blk\.0\.\w+\.weight: expected \d+ bytes from byte \d+ to \d+, got a file that ends at byte 30000/,
    );
    expect(await told(path.join(folder, "none.gguf"))).toMatch(/none\.gguf: expected a file, got nothing/);
  });
});
