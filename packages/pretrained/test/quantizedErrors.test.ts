// Quantized checkpoints that lie, lack something or ask for what is not known here: an error that names it, and nothing that stays.
import { initBackend } from "@qkv/backend";
import { Params } from "@qkv/nn";
import { loadPretrained, memoryFiles, PretrainedError, pretrainedFiles } from "@qkv/pretrained";
import { DTYPE_BYTES, parseSafetensors, type SafeTensor, safeTensor, writeSafetensors } from "@qkv/safetensors";
import { expectNoLeaks } from "@qkv/testing";
import { gpt2 } from "@qkv/transformer";
import { beforeAll, describe, expect, test } from "vitest";
import { QUANTIZED, quantizedFolder } from "./goldenQuantized.ts";

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
/** Changes fields of a group of compressed-tensors, or of what is in it. */
const group =
  (changed: Fields, of?: string): Change =>
  ({ config: all }) => {
    const groups = (all["quantization_config"] as Record<string, Record<string, Fields>>)["config_groups"];
    const first = groups?.["group_0"] as Record<string, unknown>;
    if (of === undefined) Object.assign(first, changed);
    else first[of] = { ...(first[of] as Fields), ...changed };
  };
/** Changes the JSON that bitsandbytes keeps in an array. */
const state =
  (name: string, changed: Fields): Change =>
  ({ arrays }) => {
    const { bytes } = arrays.get(name) as SafeTensor;
    const json = { ...(JSON.parse(new TextDecoder().decode(bytes)) as Fields), ...changed };
    const written = new TextEncoder().encode(JSON.stringify(json));
    arrays.set(name, safeTensor(written, [written.length]));
  };
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
  ["no scales", without(`${Q}.scales`), `${FILE}${Q}.weight: expected floats, got U32`],
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

const DOWN = "model.layers.0.mlp.down_proj";
const bias = (value: number) => put(`${DOWN}.bias`, safeTensor(new Float32Array(64).fill(value), [64]));

test("biases of zeros, which AutoGPTQ writes for models without any, are left out, and no others", () =>
  expectNoLeaks(async () => {
    await open("gptq", bias(0));
    await expect(open("gptq", bias(0.5))).rejects.toThrow(`${FILE}unused tensors: ${DOWN}.bias`);
  }));

expectErrors("gptq-ordered", [
  ["no order", without(`${Q}.g_idx`), `${FILE}${Q}.g_idx: expected an array of I32, got none`],
]);

expectErrors("compressed-packed", [
  ["sparse weights", fields({ format: "sparse-24-bitmask" }), `${CONFIG}.format: expected pack-quantized or `],
  [
    "sparse weights beside it",
    fields({ sparsity_config: { format: "sparse-bitmask" } }),
    `${CONFIG}.sparsity_config.format: expected dense`,
  ],
  [
    "a turned basis",
    fields({ transform_config: { R1: {} } }),
    `${CONFIG}.transform_config: expected no field that is not known here`,
  ],
  [
    "a rounded cache",
    fields({ kv_cache_scheme: { num_bits: 8 } }),
    `${CONFIG}.kv_cache_scheme: expected no field that is not known here`,
  ],
  [
    "weights that are not yet codes",
    fields({ quantization_status: "initialized" }),
    `${CONFIG}.quantization_status: expected compressed or frozen, got "initialized"`,
  ],
  ["no groups", fields({ config_groups: {} }), `${CONFIG}.config_groups: expected a group with weights, got nothing`],
  [
    "a group by the name of a preset",
    fields({ config_groups: { W4A16: ["Linear"] } }),
    `${CONFIG}.config_groups.W4A16: expected an object`,
  ],
  [
    "another format of a group",
    group({ format: "nvfp4-pack-quantized" }),
    `${CONFIG}.config_groups.group_0.format: expected pack-quantized or `,
  ],
  [
    "rounded outputs",
    group({ output_activations: { num_bits: 8 } }),
    `${CONFIG}.config_groups.group_0.output_activations: expected no field`,
  ],
  [
    "floats of 4 bits",
    group({ type: "float" }, "weights"),
    `${CONFIG}.config_groups.group_0.weights.num_bits: expected 8, got 4`,
  ],
  [
    "groups without a size",
    group({ group_size: null }, "weights"),
    `${CONFIG}.config_groups.group_0.weights.group_size: expected a size, got nothing`,
  ],
  [
    "a field of weights to come",
    group({ lattice: "e8" }, "weights"),
    `${CONFIG}.config_groups.group_0.weights.lattice: expected no field`,
  ],
  ["other bits", group({ num_bits: 8 }, "weights"), ".k_proj.weight_packed: expected shape [32,16], got [32,8]"],
  [
    "codes of a module that is ignored",
    fields({ ignore: ["lm_head", Q] }),
    `${CONFIG}.ignore: expected no module of codes, as ${Q} is in the file`,
  ],
  [
    "a shape beyond all numbers",
    put(`${Q}.weight_shape`, safeTensor(BigInt64Array.of(2n ** 40n, 64n), [2])),
    `${FILE}${Q}.weight_shape: toInt32: expected integers of 32 bits`,
  ],
  ["no shape", without(`${Q}.weight_shape`), `${FILE}${Q}.weight_shape: expected an array of I64 or I32, got none`],
  [
    "an empty shape",
    put(`${Q}.weight_shape`, ints(0, 2)),
    `${FILE}${Q}.weight_shape: expected rows and columns, got [0,0]`,
  ],
  ["scales cut off", cut(`${Q}.weight_scale`), `${FILE}${Q}.weight_scale: expected shape [64,2], got [63,2]`],
  ["codes cut off", cut(`${Q}.weight_packed`), `${FILE}${Q}.weight_packed: expected shape [64,8], got [63,8]`],
  [
    "zeros cut off",
    cut("model.layers.0.mlp.up_proj.weight_zero_point"),
    `.mlp.up_proj.weight_zero_point: expected shape [12,2], got [11,2]`,
  ],
  [
    "a group that is none",
    put(`${Q}.weight_g_idx`, ints(7, 64)),
    `${FILE}${Q}.weight_g_idx: expected groups of 0 to 1, got 7`,
  ],
  [
    "a scale that is no number",
    spoilt(`${Q}.weight_scale`),
    `${FILE}${Q}.weight_scale: expected finite numbers, got NaN`,
  ],
  ["scales of inputs", put(`${Q}.input_scale`, floats(1)), `${FILE}unused tensors: ${Q}.input_scale`],
]);

test("codes of compressed-tensors have zeros of 8 bits in earlier releases, and an order that says nothing", async () => {
  await open("compressed-packed", ({ arrays }) => {
    arrays.set(`${Q}.weight_g_idx`, ints(-1, 64));
    arrays.set("model.layers.0.mlp.up_proj.weight_zero_point", safeTensor(new Int8Array(192), [96, 2]));
  });
});

expectErrors("compressed-int", [
  [
    "inputs of stored scales",
    group({ dynamic: false }, "input_activations"),
    `${CONFIG}.config_groups.group_0.input_activations.dynamic: expected true, got false`,
  ],
  [
    "codes of floats",
    put(`${Q}.weight`, floats(64, 64)),
    `${FILE}${Q}.weight: expected I8 or F8_E4M3 or F8_E5M2, got F32`,
  ],
  [
    "zeros of other rows",
    put(`${Q}.weight_zero_point`, safeTensor(new Int8Array(63), [63, 1])),
    `${FILE}${Q}.weight_zero_point: expected shape [64,1], got [63,1]`,
  ],
]);

expectErrors("compressed-float", [
  [
    "whole numbers",
    put(`${Q}.weight`, safeTensor(new Int8Array(64 * 64), [64, 64])),
    `${FILE}${Q}: expected codes of a kind that config_groups describes`,
  ],
  ["scales cut off", cut(`${Q}.weight_scale`), `${FILE}${Q}.weight_scale: expected shape [64,1], got [63,1]`],
]);

expectErrors("fp8", [
  [
    "inputs of stored scales",
    fields({ activation_scheme: "static" }),
    `${CONFIG}.activation_scheme: expected dynamic, got "static"`,
  ],
  [
    "blocks of one size",
    fields({ weight_block_size: [128] }),
    `${CONFIG}.weight_block_size: expected two sizes, got [128]`,
  ],
  [
    "other blocks",
    fields({ weight_block_size: [64, 64] }),
    ".gate_proj.weight_scale_inv: expected shape [2,1], got [2,2]",
  ],
  [
    "no scales",
    without(`${Q}.weight_scale_inv`),
    `${FILE}${Q}.weight_scale_inv: expected an array of F32 or F16 or BF16, got none`,
  ],
  [
    "scales of a module that is listed",
    fields({ ignored_layers: [Q] }),
    `${CONFIG}.ignored_layers: expected no module of codes, as ${Q} is in the file`,
  ],
  [
    "scales that are powers of two",
    put(`${Q}.weight_scale_inv`, safeTensor(new Uint8Array(4), [2, 2])),
    `${FILE}${Q}.weight_scale_inv: expected F32 or F16 or BF16, got U8`,
  ],
  ["a field to come", fields({ rotation: 1 }), `${CONFIG}.rotation: expected no field that is not known here`],
]);

const STATE = `${Q}.weight.quant_state.bitsandbytes__nf4`;
expectErrors("bitsandbytes-nf4", [
  ["a field to come", fields({ rotation: 1 }), `${CONFIG}.rotation: expected no field that is not known here`],
  [
    "codes of a module that is listed",
    fields({ llm_int8_skip_modules: ["q_proj"] }),
    `${CONFIG}.llm_int8_skip_modules: expected no module of codes, as ${Q}`,
  ],
  [
    "a state that is no JSON",
    put(STATE, safeTensor(new Uint8Array(3), [3])),
    `${FILE}${STATE}: expected a JSON object, got 3 bytes that are none`,
  ],
  [
    "a state of another kind",
    state(STATE, { quant_type: "fp4" }),
    `${FILE}${STATE}.quant_type: expected nf4, got "fp4"`,
  ],
  [
    "a state of another type",
    state(STATE, { dtype: "float64" }),
    `${FILE}${STATE}.dtype: expected float32 or float16 or bfloat16`,
  ],
  [
    "a state with a field to come",
    state(STATE, { rotation: 1 }),
    `${FILE}${STATE}.rotation: expected no field that is not known here`,
  ],
  [
    "a state without an offset",
    state(STATE, { nested_offset: null }),
    `${FILE}${STATE}.nested_offset: expected a number, got nothing`,
  ],
  [
    "a state of another shape",
    state(STATE, { shape: [64, 128] }),
    `${FILE}${Q}.weight: expected 4096 bytes of [64,128], got 2048`,
  ],
  [
    "a shape of three axes",
    state(STATE, { shape: [64, 8, 8] }),
    `${FILE}${STATE}.shape: expected two sizes, got [64,8,8]`,
  ],
  ["scales of floats", put(`${Q}.weight.absmax`, floats(64)), `${FILE}${Q}.weight.absmax: expected U8, got F32`],
  ["scales cut off", cut(`${Q}.weight.absmax`), `${FILE}${Q}.weight.absmax: expected shape [64], got [63]`],
  [
    "scales of scales cut off",
    put(`${Q}.weight.nested_absmax`, floats(2)),
    `${FILE}${Q}.weight.nested_absmax: expected shape [1], got [2]`,
  ],
  ["a table cut off", cut(`${Q}.weight.quant_map`), `${FILE}${Q}.weight.quant_map: expected shape [16], got [15]`],
  [
    "no table",
    without(`${Q}.weight.nested_quant_map`),
    `${FILE}${Q}.weight.nested_quant_map: expected an array of F32, got none`,
  ],
  ["no codes", without(`${Q}.weight`), `${FILE}${Q}.weight: expected an array of U8 or `],
]);

expectErrors("bitsandbytes-int8", [
  [
    "codes in another order",
    put(`${Q}.weight_format`, safeTensor(new Uint8Array([1]), [])),
    `${FILE}${Q}.weight_format: expected 0, codes row by row, got 1`,
  ],
  ["numbers of other rows", cut(`${Q}.SCB`), `${FILE}${Q}.SCB: expected shape [64], got [63]`],
  [
    "a number that is none",
    put(`${Q}.SCB`, safeTensor(new Float32Array(64).fill(NaN), [64])),
    `${FILE}${Q}.SCB: expected finite numbers, got NaN`,
  ],
]);

test.each<[what: string, name: string, changed: Fields]>([
  [
    "AutoGPTQ's",
    "gptq",
    { static_groups: false, model_name_or_path: null, model_file_base_name: "model", is_marlin_format: false },
  ],
  [
    "Optimum's",
    "gptq",
    {
      ...{
        batch_size: 1,
        block_name_to_quantize: "model.layers",
        cache_block_outputs: true,
        exllama_config: { version: 1 },
      },
      ...{ model_seqlen: 8192, module_name_preceding_first_block: ["model.embed_tokens"], use_exllama: true },
    },
  ],
  [
    "AutoRound's",
    "gptq",
    {
      ...{
        amp: true,
        autoround_version: "0.4.2",
        data_type: "int",
        enable_minmax_tuning: true,
        enable_norm_bias_tuning: false,
      },
      ...{
        enable_quanted_input: true,
        gradient_accumulate_steps: 1,
        iters: 200,
        lr: 0.001,
        minmax_lr: 0.001,
        nsamples: 512,
      },
      ...{ scale_dtype: "torch.float16", seqlen: 2048, to_quant_block_names: null, low_gpu_mem_usage: true },
    },
  ],
  [
    "GPTQModel's",
    "awq",
    { method: "awq", format: "gemm", checkpoint_format: "gemm", pack_dtype: "int32", sym: true, lm_head: false },
  ],
  ["AutoAWQ's", "awq", { version: "GEMM", modules_to_not_convert: null, modules_to_fuse: null, fuse_max_seq_len: 512 }],
  [
    "llm-compressor's",
    "compressed-packed",
    {
      sparsity_config: {
        format: "dense",
        global_sparsity: 0.1,
        ignore: [],
        registry_requires_subclass: false,
        targets: [],
      },
      ...{ transform_config: {}, quantization_status: "frozen" },
    },
  ],
  ["Qwen's", "fp8", { fmt: "e4m3", modules_to_not_convert: ["lm_head", "model.layers.0.input_layernorm"] }],
  ["DeepSeek's", "fp8", { scale_fmt: "ue8m0" }],
  [
    "Unsloth's",
    "bitsandbytes-nf4",
    { llm_int8_skip_modules: ["lm_head", "multi_modal_projector", "model.layers.1.mlp"] },
  ],
])("%s fields of %s pass: they change no number", (_, name, changed) =>
  expectNoLeaks(() => open(name, fields(changed))),
);

test("any changed field or array is an error of the house or a model, and nothing stays", () =>
  expectNoLeaks(async () => {
    const names = Object.keys(QUANTIZED).filter((name) => name !== "versions");
    const values = [
      null,
      false,
      true,
      0,
      -1,
      2.5,
      4,
      1e9,
      "gemm",
      "",
      [],
      [1, 2],
      {},
      { bits: 4 },
      { q_proj: { bits: 4 } },
    ];
    const dtypes = ["U8", "I8", "I32", "U32", "I64", "F16", "BF16", "F32", "F8_E4M3"] as const;
    let random = 1;
    const next = (below: number) => (random = (random * 48_271) % 2_147_483_647) % below;
    const pick = <T>(list: readonly T[]) => list[next(list.length)] as T;
    /** Changes a field of an object, or of one that is in it. */
    const changeField = (json: Fields) => {
      let at = json;
      for (;;) {
        const name = pick([...Object.keys(at), "group_size"]);
        const inside = at[name];
        const isObject = typeof inside === "object" && inside !== null && !Array.isArray(inside);
        if (!isObject || next(3) === 0) return void (at[name] = pick(values));
        at = inside as Fields;
      }
    };
    for (let run = 0; run < 400; run++) {
      const change: Change = ({ config, arrays }) => {
        if (run % 2 === 0) {
          const name = config["quantization"] === undefined ? "quantization_config" : "quantization";
          changeField(config[name] as Fields);
          if (name === "quantization") config["quantization_config"] = config[name];
        } else {
          const name = pick([...arrays.keys()]);
          const dtype = pick(dtypes);
          const shape = pick([[], [1], [2], [64, 2], [64, 64], [0, 64], [8, 8, 8]]);
          const length = shape.reduce((product, size) => product * size, DTYPE_BYTES[dtype]);
          if (next(4) === 0) arrays.delete(name);
          else arrays.set(name, { dtype, shape, bytes: Uint8Array.from({ length }, () => next(256)) });
        }
      };
      try {
        await open(pick(names), change);
      } catch (error) {
        expect(error, String(error)).toBeInstanceOf(PretrainedError);
        expect((error as Error).message).not.toMatch(ENGINES);
      }
    }
  }));

/** What engines say where nothing was checked. */
const ENGINES =
  /Cannot (read|destructure|convert|set|use)|is not (iterable|a function)|Invalid (typed )?array|out of bounds|multiple of/;
