import { quantize, quantizedGroups } from "@qkv/gguf";
import { type GraphBuilder, transpose } from "../../../onnx/graphBuilder.ts";

/** How a graph holds matrices: `dtype` of transformers.js, and what its exporter makes of each. */
export type OnnxDtype = "fp32" | "q8" | "uint8" | "q4";

/** The two ways in which a Llama uses a matrix W of a checkpoint, [N, K]. */
export interface Products {
  /** x Wᵀ. x [..., K] -> [..., N] */
  linear(x: string, name: string): string;
  /** Rows of W. ids [B, L] -> [B, L, K] */
  rows(ids: string, name: string): string;
}

export function productsOf(graph: GraphBuilder, dtype: OnnxDtype): Products {
  const kinds = { fp32: floats, q8: signedBytes, uint8: unsignedBytes, q4: blocks };
  return kinds[dtype](graph);
}

function floats(graph: GraphBuilder): Products {
  return {
    linear: (x, name) => graph.op("MatMul", [x, graph.weight(name, true)]),
    rows: (ids, name) => graph.op("Gather", [graph.weight(name), ids]),
  };
}

const signedBytes = (graph: GraphBuilder) => dynamicBytes(graph, Int8Array.of(0));
const unsignedBytes = (graph: GraphBuilder) => dynamicBytes(graph, Uint8Array.of(128));

/** What `onnxruntime.quantization.quantize_dynamic` writes: one scale a matrix; activations become bytes as they come. */
function dynamicBytes(graph: GraphBuilder, zero: Int8Array | Uint8Array): Products {
  const activations = new Map<string, string[]>();
  const zeroPoint = graph.constant(zero, []);
  const store = (name: string) => {
    const { shape, data } = graph.array(name);
    let most = 0;
    for (let i = 0; i < data.length; i++) most = Math.max(most, Math.abs(data[i] as number));
    const [scale, middle] = [most / 127, zero[0] as number];
    const codes = zero instanceof Int8Array ? new Int8Array(data.length) : new Uint8Array(data.length);
    for (let i = 0; i < data.length; i++) codes[i] = middle + Math.round((data[i] as number) / scale);
    return { matrix: { shape, data: codes }, scale: graph.constant(Float32Array.of(scale), []) };
  };
  return {
    linear(x, name) {
      const { matrix, scale } = store(name);
      const rows = transpose(matrix);
      const quantized = activations.get(x) ?? graph.ops("DynamicQuantizeLinear", [x], 3);
      activations.set(x, quantized);
      const [codes = "", codesScale = "", codesZero = ""] = quantized;
      const sums = graph.op("MatMulInteger", [codes, graph.constant(rows.data, rows.shape), codesZero, zeroPoint]);
      return graph.op("Mul", [graph.op("Cast", [sums], { to: 1 }), graph.op("Mul", [codesScale, scale])]);
    },
    rows(ids, name) {
      const { matrix, scale } = store(name);
      const found = graph.op("Gather", [graph.constant(matrix.data, matrix.shape), ids]);
      return graph.op("DequantizeLinear", [found, scale, zeroPoint]);
    },
  };
}

const BLOCK = 32;

/** Codes of 4 bits and scales, those of GGUF's Q4_0. The product may round activations to bytes, which is fastest. */
function blocks(graph: GraphBuilder): Products {
  const stored = new Map<string, { readonly codes: Uint8Array; readonly scales: string; readonly shape: number[] }>();
  const store = (name: string) => {
    const known = stored.get(name);
    if (known !== undefined) return known;
    const { shape, data } = graph.array(name);
    const [rows = 0, columns = 0] = shape;
    const { codes, scales } = quantizedGroups("Q4_0", quantize("Q4_0", data));
    const packed = new Uint8Array(codes.length / 2);
    for (let i = 0; i < packed.length; i++) {
      packed[i] = (codes[2 * i] as number) | ((codes[2 * i + 1] as number) << 4);
    }
    const entry = { codes: packed, scales: graph.constant(scales, [rows, columns / BLOCK]), shape: [rows, columns] };
    stored.set(name, entry);
    return entry;
  };
  return {
    linear(x, name) {
      const { codes, scales, shape } = store(name);
      const [N = 0, K = 0] = shape;
      const inputs = [x, graph.constant(codes, [N, K / BLOCK, BLOCK / 2]), scales];
      const attributes = { N, K, bits: 4, block_size: BLOCK, accuracy_level: 4 };
      return graph.contributed("MatMulNBits", inputs, 1, attributes)[0] as string;
    },
    rows(ids, name) {
      const { codes, scales, shape } = store(name);
      const [rows = 0, columns = 0] = shape;
      const inputs = [graph.constant(codes, [rows, columns / 2]), ids, scales];
      const attributes = { bits: 4, block_size: BLOCK, gather_axis: 0, quantize_axis: 1 };
      return graph.contributed("GatherBlockQuantized", inputs, 1, attributes)[0] as string;
    },
  };
}
