// Each matrix of a quantized checkpoint is, to the bit, what the tool of its format says, as floats and packed.
import { createHash } from "node:crypto";
import type { PackedEntry } from "@qkv/nn";
import { denseOf } from "@qkv/ops";
import { expectNoLeaks } from "@qkv/testing";
import { parseSafetensors, type SafeTensor, safeTensor, toFloat32, toInt32, writeSafetensors } from "@qkv/safetensors";
import { type Architecture, llama } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, expect, test } from "vitest";
import { initBackend } from "@qkv/backend";
import { QUANTIZED, quantizedFolder } from "../../test/goldenQuantized.ts";
import { memoryFiles } from "../files/modelFiles.ts";
import type { StoredArray } from "../files/storedArray.ts";
import { openWeights } from "../weights/readWeights.ts";
import { dequantizedArrays } from "./dequantizedArrays.ts";

beforeAll(() => initBackend("cpu"));

async function arraysOf(name: string, files = quantizedFolder(name)): Promise<ReadonlyMap<string, StoredArray>> {
  const json = JSON.parse(new TextDecoder().decode(files.get("config.json"))) as Record<string, unknown>;
  const { arrays } = await openWeights(memoryFiles(name, files));
  return dequantizedArrays("config.json", json, llama.architectures("llama")[0] as Architecture, arrays);
}

const digest = ({ buffer, byteOffset, byteLength }: ArrayBufferView) =>
  createHash("sha256")
    .update(new Uint8Array(buffer, byteOffset, byteLength))
    .digest("hex");

async function fromParts({ parts, shape }: StoredArray): Promise<Float32Array> {
  const all = new Float32Array(shape.reduce((product, size) => product * size, 1));
  let at = 0;
  for await (const { length, fill } of parts?.() ?? []) fill(all.subarray(at, (at += length)));
  return all;
}

async function unpacked({ read }: PackedEntry): Promise<Float32Array> {
  const { data, shape, format } = await read();
  const numbers = denseOf({ shape: [...shape], kind: "matrix", format, parts: { data }, adapter: undefined });
  const values = (await numbers.data()) as Float32Array;
  tf.dispose([data, numbers]);
  return values;
}

test.each(Object.keys(QUANTIZED).filter((name) => name !== "versions"))("%s", (name) =>
  expectNoLeaks(async () => {
    const arrays = await arraysOf(name);
    for (const [matrix, expected] of Object.entries(QUANTIZED[name]?.values ?? {})) {
      const array = arrays.get(matrix) as StoredArray;
      expect(digest(await array.read()), `${matrix} read`).toBe(expected);
      expect(digest(await fromParts(array)), `${matrix} in parts`).toBe(expected);
      if (array.packed !== undefined) expect(digest(await unpacked(array.packed)), `${matrix} packed`).toBe(expected);
    }
    const codes = [...arrays.values()].filter(({ dtype }) => !["F32", "F16", "BF16"].includes(dtype));
    expect(codes).toEqual([]);
  }),
);

const TILES = 136; // of 64 x 64 numbers or more: several runs of rows

/** Repeats an array along an axis. */
function tiled({ dtype, shape, bytes }: SafeTensor, axis: 0 | 1): SafeTensor {
  const [rows = 1, columns = 1] = shape;
  const rowBytes = bytes.length / rows;
  const all = new Uint8Array(bytes.length * TILES);
  for (let row = 0; row < rows; row++) {
    for (let tile = 0; tile < TILES; tile++) {
      const at = axis === 0 ? tile * rows + row : row * TILES + tile;
      all.set(bytes.subarray(row * rowBytes, (row + 1) * rowBytes), at * rowBytes);
    }
  }
  return { dtype, shape: axis === 0 ? [rows * TILES, ...shape.slice(1)] : [rows, columns * TILES], bytes: all };
}

/** How the arrays of a module with as many times the rows follow from its own; those that are not named stay. */
type Tiling = Readonly<Record<string, 0 | 1 | ((tensor: SafeTensor) => SafeTensor)>>;

const BY_ROWS: Tiling = { weight: 0, scales: 0, biases: 0, SCB: 0, weight_scale: 0, weight_zero_point: 0 };
const BY_COLUMNS: Tiling = { qweight: 1, qzeros: 1, scales: 1 };
const PACKED: Tiling = {
  ...{ weight_packed: 0, weight_scale: 0, weight_zero_point: 0 },
  weight_shape: (tensor) => {
    const [rows = 0, columns = 0] = toInt32(tensor);
    return safeTensor(Int32Array.of(rows * TILES, columns), [2], "I64");
  },
};
const BLOCKS: Tiling = {
  ...{ weight: 0, "weight.absmax": 0 },
  // 64 blocks of a tile share one scale of their scales with those of three others.
  "weight.nested_absmax": ({ bytes }) =>
    safeTensor(new Float32Array(TILES / 4).fill(toFloat32({ dtype: "F32", shape: [1], bytes })[0] ?? 0), [TILES / 4]),
  "weight.quant_state.bitsandbytes__nf4": ({ bytes }) => {
    const state = JSON.parse(new TextDecoder().decode(bytes)) as { shape: [number, number] };
    const text = JSON.stringify({ ...state, shape: [state.shape[0] * TILES, state.shape[1]] });
    return safeTensor(new TextEncoder().encode(text), [text.length]);
  },
};

test.each<[name: string, module: string, tiling: Tiling]>([
  ["mlx", "self_attn.q_proj", BY_ROWS],
  ["mlx-tied", "mlp.down_proj", BY_ROWS],
  ["awq", "self_attn.q_proj", BY_COLUMNS],
  ["gptq", "self_attn.q_proj", BY_COLUMNS],
  ["gptq-ordered", "self_attn.q_proj", BY_COLUMNS],
  ["compressed-packed", "mlp.gate_proj", PACKED],
  ["compressed-packed", "mlp.down_proj", PACKED],
  ["compressed-int", "mlp.gate_proj", BY_ROWS],
  ["compressed-float", "mlp.gate_proj", BY_ROWS],
  ["fp8", "mlp.gate_proj", { weight: 0, weight_scale_inv: 0 }],
  ["bitsandbytes-nf4", "self_attn.q_proj", BLOCKS],
  ["bitsandbytes-int8", "self_attn.q_proj", BY_ROWS],
])("%s, %s, in several runs of rows", (name, module, tiling) =>
  expectNoLeaks(async () => {
    const path = `model.layers.0.${module}`;
    const files = quantizedFolder(name);
    const { tensors } = parseSafetensors(files.get("model.safetensors") as Uint8Array);
    const larger = new Map(
      [...tensors].map(([each, tensor]) => {
        const rule = each.startsWith(`${path}.`) ? tiling[each.slice(path.length + 1)] : undefined;
        return [each, rule === undefined ? tensor : typeof rule === "function" ? rule(tensor) : tiled(tensor, rule)];
      }),
    );
    files.set("model.safetensors", writeSafetensors(larger));
    const array = (await arraysOf(name, files)).get(`${path}.weight`) as StoredArray;
    const expected = QUANTIZED[name]?.values[`${path}.weight`];
    const whole = await array.read();
    const bytes = await array.readBytes(0, array.byteLength);
    for (const values of [whole, await fromParts(array), ...(array.packed ? [await unpacked(array.packed)] : [])]) {
      const size = values.length / TILES;
      const tiles = Array.from({ length: TILES }, (_, tile) => digest(values.subarray(tile * size, (tile + 1) * size)));
      expect(new Set(tiles)).toEqual(new Set([expected]));
    }
    // As if the file held the numbers: what tied arrays are compared by.
    expect(digest(toFloat32({ dtype: array.dtype as "F32", shape: array.shape, bytes }))).toBe(digest(whole));
    const some = await array.readBytes(1001, 5003);
    expect(some).toEqual(bytes.subarray(1001, 5003));
  }),
);
