// Quantized checkpoints that lie, lack something or ask for what is not known here: an error that names it, and nothing that stays.
import { initBackend } from "@qkv/backend";
import { Params } from "@qkv/nn";
import { loadPretrained, memoryFiles, PretrainedError, pretrainedFiles } from "@qkv/pretrained";
import { parseSafetensors, type SafeTensor, safeTensor, writeSafetensors } from "@qkv/safetensors";
import { expectNoLeaks } from "@qkv/testing";
import { gpt2 } from "@qkv/transformer";
import { beforeAll, describe, expect, test } from "vitest";
import { quantizedFolder } from "./goldenQuantized.ts";

beforeAll(() => initBackend("cpu"));

type Fields = Record<string, unknown>;
interface Contents {
  readonly config: Fields;
  readonly arrays: Map<string, SafeTensor>;
}
type Change = (contents: Contents) => void;

async function open(name: string, change: Change): Promise<void> {
  const files = quantizedFolder(name);
  const config = JSON.parse(new TextDecoder().decode(files.get("config.json"))) as Fields;
  const { tensors } = parseSafetensors(files.get("model.safetensors") as Uint8Array);
  const arrays = new Map(tensors);
  change({ config, arrays });
  files.set("config.json", new TextEncoder().encode(JSON.stringify(config)));
  files.set("model.safetensors", writeSafetensors(arrays));
  const { model } = await loadPretrained(memoryFiles("dir", files));
  model.dispose();
}

/** Changes fields of the config of quantization, wherever it is. */
const fields =
  (changed: Fields): Change =>
  ({ config }) => {
    for (const name of ["quantization", "quantization_config"]) {
      if (config[name] !== undefined) config[name] = { ...(config[name] as Fields), ...changed };
    }
  };
const config =
  (changed: Fields): Change =>
  ({ config: all }) =>
    void Object.assign(all, changed);
const without =
  (name: string): Change =>
  ({ arrays }) =>
    void arrays.delete(name);
const put =
  (name: string, tensor: SafeTensor): Change =>
  ({ arrays }) =>
    void arrays.set(name, tensor);
/** Cuts the last row off. */
const cut =
  (name: string): Change =>
  ({ arrays }) => {
    const { dtype, shape, bytes } = arrays.get(name) as SafeTensor;
    const [rows = 0, ...others] = shape;
    const length = (bytes.length / rows) * (rows - 1);
    arrays.set(name, { dtype, shape: [rows - 1, ...others], bytes: bytes.subarray(0, length) });
  };
/** Makes the last element a half that is no number. */
const spoilt =
  (name: string): Change =>
  ({ arrays }) => {
    const tensor = arrays.get(name) as SafeTensor;
    const bytes = tensor.bytes.slice();
    bytes.fill(0xff, -2);
    arrays.set(name, { ...tensor, bytes });
  };
const floats = (...shape: number[]) => safeTensor(new Float32Array(shape.reduce((a, b) => a * b, 1)), shape);

const FILE = "dir/model.safetensors: ";
const Q = "model.layers.0.self_attn.q_proj";

function expectErrors(name: string, rows: readonly (readonly [what: string, change: Change, message: string])[]): void {
  describe(`${name} with`, () => {
    test.each(rows)("%s", (_, change, message) =>
      expectNoLeaks(async () => {
        const error = await open(name, change).then(
          () => undefined,
          (thrown: unknown) => thrown,
        );
        expect(error).toBeInstanceOf(PretrainedError);
        expect((error as Error).message).toContain(message);
      }),
    );
  });
}

const MLX = "dir/config.json: quantization";
test("a family whose matrices are stored the other way is refused", () =>
  expectNoLeaks(async () => {
    const model = gpt2.build(
      Params.initialized(1),
      gpt2.parseConfig({ model_type: "gpt2", n_embd: 32, n_layer: 1, n_head: 2, n_positions: 8, vocab_size: 50 }),
    );
    const files = new Map(await pretrainedFiles({ model }));
    model.dispose();
    const json = JSON.parse(new TextDecoder().decode(files.get("config.json"))) as Fields;
    json["quantization_config"] = { quant_method: "mlx", bits: 4, group_size: 64 };
    files.set("config.json", new TextEncoder().encode(JSON.stringify(json)));
    await expect(loadPretrained(memoryFiles("dir", files), { families: [gpt2] })).rejects.toThrow(
      "dir/config.json: quantization_config: expected none for GPT2LMHeadModel, whose matrices are stored [in, out], got one",
    );
  }));

expectErrors("mlx", [
  ["a method that is not known", fields({ quant_method: "hqq" }), `${MLX}.quant_method: expected mlx, `],
  ["no bits", fields({ bits: undefined }), `${MLX}.bits: expected 2 or 3 or 4 or 5 or 6 or 8, got nothing`],
  ["another kind of codes", fields({ mode: "mxfp4" }), `${MLX}.mode: expected affine, got "mxfp4"`],
  ["bits that MLX lacks", fields({ bits: 7 }), `${MLX}.bits: expected 2 or 3 or 4 or 5 or 6 or 8, got 7`],
  ["groups that MLX lacks", fields({ group_size: 48 }), `${MLX}.group_size: expected 32 or 64 or 128, got 48`],
  ["a field to come", fields({ rotation: "hadamard" }), `${MLX}.rotation: expected no field that is not known here`],
  [
    "a field to come of a module",
    fields({ [Q]: { bits: 2, group_size: 32, rotation: 1 } }),
    `${MLX}.${Q}.rotation: expected no field that is not known here`,
  ],
  [
    "codes of a module without",
    fields({ [Q]: false }),
    `${MLX}.${Q}: expected codes as ${Q}.scales is in the file, got false`,
  ],
  [
    "two configs that differ",
    config({ quantization_config: { group_size: 64, bits: 8 } }),
    "dir/config.json: quantization_config: expected the same as in quantization",
  ],
  ["a config that is none", config({ quantization: 4 }), "dir/config.json: quantization: expected an object, got 4"],
  [
    "scales for other groups",
    fields({ [Q]: { bits: 2, group_size: 64 } }),
    `${FILE}${Q}.scales: expected shape [64,1], got [64,2]`,
  ],
  [
    "bits for other codes",
    fields({ [Q]: { bits: 4, group_size: 32 } }),
    `${FILE}${Q}.scales: expected shape [64,1], got [64,2]`,
  ],
  ["no offsets", without(`${Q}.biases`), `${FILE}${Q}.biases: expected an array of F16 or BF16 or F32, got none`],
  ["no scales", without(`${Q}.scales`), `${FILE}${Q}.weight: expected F32, F16, BF16 or F64, got U32`],
  ["no codes", without(`${Q}.weight`), `${FILE}${Q}.weight: expected an array of U32, got none`],
  ["offsets cut off", cut(`${Q}.biases`), `${FILE}${Q}.biases: expected shape [64,2], got [63,2]`],
  ["codes cut off", cut(`${Q}.weight`), `${FILE}${Q}.scales: expected shape [63,2], got [64,2]`],
  ["codes of floats", put(`${Q}.weight`, floats(64, 4)), `${FILE}${Q}.weight: expected U32, got F32`],
  [
    "codes of one axis",
    put(`${Q}.weight`, { ...safeTensor(new Uint32Array(4), [4]) }),
    `${FILE}${Q}.weight: expected two axes of codes, got [4]`,
  ],
  ["a scale that is no number", spoilt(`${Q}.scales`), `${FILE}${Q}.scales: expected finite numbers, got NaN`],
  ["an array too many", put(`${Q}.g_idx`, floats(64)), `${FILE}unused tensors: ${Q}.g_idx`],
]);

const CONFIG = "dir/config.json: quantization_config";
const ints = (value: number, ...shape: number[]) =>
  safeTensor(new Int32Array(shape.reduce((a, b) => a * b, 1)).fill(value), shape);

expectErrors("awq", [
  ["other bits", fields({ bits: 8 }), `${CONFIG}.bits: expected 4, got 8`],
  ["no groups", fields({ group_size: 0 }), `${CONFIG}.group_size: expected a size or -1, got 0`],
  ["codes without zeros", fields({ zero_point: false }), `${CONFIG}.zero_point: expected true, got false`],
  [
    "the layout of another kernel",
    fields({ version: "gemv_fast" }),
    `${CONFIG}.version: expected gemm, got "gemv_fast"`,
  ],
  ["the layout of another tool", fields({ backend: "llm-awq" }), `${CONFIG}.backend: expected autoawq, got "llm-awq"`],
  [
    "a field to come",
    fields({ rotation: "random" }),
    `${CONFIG}.rotation: expected no field that is not known here, got "random"`,
  ],
  [
    "codes of a module that is listed",
    fields({ modules_to_not_convert: ["self_attn.q_proj"] }),
    `${CONFIG}.modules_to_not_convert: expected no module of codes, as ${Q} is in the file, got "self_attn.q_proj"`,
  ],
  [
    "a list that is none",
    fields({ modules_to_not_convert: "lm_head" }),
    `${CONFIG}.modules_to_not_convert: expected a list of names`,
  ],
  ["zeros cut off", cut(`${Q}.qzeros`), `${FILE}${Q}.qzeros: expected shape [2,8], got [1,8]`],
  ["scales cut off", cut(`${Q}.scales`), `${FILE}${Q}.scales: expected shape [2,64], got [1,64]`],
  ["other groups", fields({ group_size: 64 }), `.qzeros: expected shape [2,8], got [3,8]`],
  ["no zeros", without(`${Q}.qzeros`), `${FILE}${Q}.qzeros: expected an array of I32, got none`],
  ["codes of floats", put(`${Q}.qweight`, floats(64, 8)), `${FILE}${Q}.qweight: expected I32, got F32`],
  ["floats of a module too", put(`${Q}.weight`, floats(64, 64)), `${FILE}${Q}.weight: expected one array of this name`],
  ["a scale that is no number", spoilt(`${Q}.scales`), `${FILE}${Q}.scales: expected finite numbers, got NaN`],
  [
    "codes of another matrix",
    put(`${Q}.qweight`, ints(0, 32, 8)),
    `${FILE}${Q}.qzeros: expected shape [1,8], got [2,8]`,
  ],
]);

expectErrors("gptq", [
  ["other bits", fields({ bits: 5 }), `${CONFIG}.bits: expected 2 or 3 or 4 or 8, got 5`],
  [
    "the layout of another kernel",
    fields({ checkpoint_format: "marlin" }),
    `${CONFIG}.checkpoint_format: expected gptq or gptq_v2, got "marlin"`,
  ],
  ["words of 64 bits", fields({ pack_dtype: "int64" }), `${CONFIG}.pack_dtype: expected int32, got "int64"`],
  ["an adapter", fields({ adapter: { name: "lora" } }), `${CONFIG}.adapter: expected no field that is not known here`],
  [
    "a field to come of some modules",
    fields({ dynamic: { "+:.*": { bits: 4, rotation: 1 } } }),
    `${CONFIG}.dynamic.+:.*.rotation: expected no field that is not known here`,
  ],
  [
    "zeros that tools read in three ways",
    put(`${Q}.qzeros`, ints(-1, 2, 8)),
    `${FILE}${Q}.qzeros: expected zeros below 15, since checkpoint_format gptq stores each less 1, got 15`,
  ],
  ["a group that is none", put(`${Q}.g_idx`, ints(2, 64)), `${FILE}${Q}.g_idx: expected groups of 0 to 1, got 2`],
  [
    "groups in another order",
    put(`${Q}.g_idx`, ints(0, 64)),
    `${FILE}${Q}.g_idx: expected group 1 of column 32, as desc_act is false, got 0`,
  ],
  ["groups of other columns", cut(`${Q}.g_idx`), `${FILE}${Q}.g_idx: expected shape [64], got [63]`],
  ["zeros cut off", cut(`${Q}.qzeros`), `${FILE}${Q}.qzeros: expected shape [2,8], got [1,8]`],
  ["scales cut off", cut(`${Q}.scales`), `${FILE}${Q}.scales: expected shape [2,64], got [1,64]`],
  ["codes cut off", cut(`${Q}.qweight`), `${FILE}${Q}.g_idx: expected shape [56], got [64]`],
  ["a scale that is no number", spoilt(`${Q}.scales`), `${FILE}${Q}.scales: expected finite numbers, got NaN`],
]);

expectErrors("gptq-ordered", [
  ["no order", without(`${Q}.g_idx`), `${FILE}${Q}.g_idx: expected an array of I32, got none`],
]);
