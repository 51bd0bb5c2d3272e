import type { CodeGroups } from "@qkv/ops";
import { safeTensor } from "@qkv/safetensors";
import type { CodedMatrix, CodeLayout } from "./codeLayout.ts";
import { scaleDtype } from "./scaleDtype.ts";

/** Codes that lie around zero, with a scale for each group of a row. */
interface Scheme {
  readonly bits: 8 | 4;
  readonly groupSize: 32 | 16;
}

/**
 * The layout `pack-quantized` of compressed-tensors, which Python's transformers opens with the package of that name:
 * `X.weight_packed` in words, `X.weight_scale` and `X.weight_shape`, of linear layers alone.
 *
 * https://github.com/vllm-project/compressed-tensors
 */
export const compressedTensorsLayout: CodeLayout<Scheme> = {
  title: "the layout of compressed-tensors",
  holdsTables: false,
  arraysOf,
  configOf,
};

function arraysOf(
  { bits, codes, groupSize, offsets, scales, zero }: CodeGroups,
  [rows, columns]: readonly [rows: number, columns: number],
): CodedMatrix<Scheme> | undefined {
  const center = bits === 8 ? 0 : 8;
  if (offsets !== undefined || zero !== center) return undefined;
  return {
    scheme: { bits, groupSize },
    tensors: {
      weight_packed: safeTensor(bits === 8 ? packed8(codes) : packed4(codes), [rows, (columns * bits) / 32]),
      weight_scale: safeTensor(scales, [rows, columns / groupSize], scaleDtype(scales)),
      weight_shape: safeTensor(BigInt64Array.of(BigInt(rows), BigInt(columns)), [2]),
    },
  };
}

/** Four codes from -128 to 127 a word, each 128 higher, the first in the lowest byte. */
function packed8(codes: Int8Array | Uint8Array): Int32Array {
  return new Int32Array(Uint8Array.from(codes, (code) => code + 128).buffer);
}

/** Eight codes from 0 to 15 a word, the first in the lowest bits. */
function packed4(codes: Int8Array | Uint8Array): Int32Array {
  const bytes = new Uint8Array(codes.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = (codes[2 * i] as number) | ((codes[2 * i + 1] as number) << 4);
  return new Int32Array(bytes.buffer);
}

function configOf(schemes: ReadonlyMap<string, Scheme>, floats: readonly string[]): Record<string, unknown> {
  if (schemes.size === 0) return {};
  const groups = grouped(schemes);
  const config_groups = [...groups.values()].map(({ scheme, modules }, i) => [
    `group_${i}`,
    {
      targets: groups.size === 1 ? ["Linear"] : modules,
      weights: {
        ...{ num_bits: scheme.bits, type: "int", symmetric: true },
        ...{ strategy: "group", group_size: scheme.groupSize },
      },
    },
  ]);
  return {
    quantization_config: {
      ...{ quant_method: "compressed-tensors", format: "pack-quantized", quantization_status: "compressed" },
      config_groups: Object.fromEntries(config_groups) as object,
      // A head that has a table's numbers is a linear layer in Python.
      ignore: [...new Set([...floats, ...(schemes.has("lm_head") ? [] : ["lm_head"])])],
    },
  };
}

function grouped(schemes: ReadonlyMap<string, Scheme>): Map<string, { scheme: Scheme; modules: string[] }> {
  const groups = new Map<string, { scheme: Scheme; modules: string[] }>();
  for (const [module, scheme] of schemes) {
    const key = `${scheme.bits}/${scheme.groupSize}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { scheme, modules: [module] });
    else group.modules.push(module);
  }
  return groups;
}
