import type {
  DecoderAttrs,
  DecoderChoice,
  FusedActivation,
  LayerAttentionAttrs,
  RecordDecoderAttrs,
  RotaryAngles,
  RowFormat,
  TransformerLayerAttrs,
} from "@qkv/ops";
import { attendShader, type AttendShape, combineShader, CONTROL, KEYS_PER_SPLIT } from "./attend.ts";
import { chooseShader } from "./choose.ts";
import type { DecoderTensors, StoredNorm } from "./decoderTensors.ts";
import { embedShader, EMBED_THREADS } from "./embed.ts";
import { matVecShader } from "./matVec.ts";
import { normedShader } from "./normed.ts";
import type { Program } from "./program.ts";

/** The residual stream: rows of E numbers, and a norm that whoever reads them computes. */
interface Stream {
  readonly buffer: GPUBuffer;
  readonly norm: StoredNorm | undefined;
}

/** A product of a stream with one or more maps, given by their paths. */
interface Product {
  readonly maps: readonly string[];
  readonly isGated?: boolean;
  readonly activation?: FusedActivation | undefined;
  readonly factor?: number | undefined;
  readonly layerScale?: string | undefined;
  readonly residual?: Stream | undefined;
  readonly softcap?: number | undefined;
}

/** The largest number of workgroups along one axis. */
const MOST_GROUPS = 65_535;

type Sublayer = "selfAttn" | "crossAttn" | "ffn";

/** Writes a decoder's step, kernel by kernel, into a program. */
export class DecoderProgram {
  readonly rows: number;
  readonly capacity: number;
  /** Number of tokens that are given for each row. */
  readonly tokensPerRow: number;
  readonly control: GPUBuffer;
  /** The token that each row reads. */
  readonly tokens: GPUBuffer;
  readonly logits: GPUBuffer;
  readonly results: GPUBuffer;
  /** For each row and position, the row that its key and value are in; undefined where rows continue themselves alone. */
  readonly origins: GPUBuffer | undefined;
  readonly vocabulary: number;

  readonly #program: Program;
  readonly #tensors: DecoderTensors;
  readonly #subgroups: boolean;
  readonly #decoder: DecoderAttrs;
  readonly #rowFormat: RowFormat | undefined;
  readonly #width: number;
  /** The stream goes through three: two at a time are read while a third is written. */
  readonly #streams: readonly GPUBuffer[];
  readonly #scratch = new Map<string, GPUBuffer>();
  readonly #angles = new Map<RotaryAngles, GPUBuffer>();
  #written = 0;

  constructor(program: Program, tensors: DecoderTensors, { decoder, state }: RecordDecoderAttrs, subgroups: boolean) {
    const [vocabulary = 0, width = 0] = tensors.shapeOf("embedding");
    const [rows = 0, , capacity = 0] = tensors.shapeOf("keyValues.0.keys");
    this.#program = program;
    this.#tensors = tensors;
    this.#subgroups = subgroups;
    this.#decoder = decoder;
    this.#rowFormat = state.rowFormat;
    this.#width = width;
    this.rows = rows;
    this.capacity = capacity;
    this.vocabulary = vocabulary;
    this.control = program.buffer(CONTROL.draws + rows);
    this.tokens = program.buffer(rows);
    const readable = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC;
    this.logits = program.buffer(rows * vocabulary, readable);
    this.tokensPerRow = Math.max(1, state.choice.candidates);
    this.results = program.buffer(2 * rows * this.tokensPerRow, readable);
    if (state.choice.candidates > 0) this.origins = program.buffer(rows * capacity);
    this.#streams = [0, 1, 2].map(() => program.buffer(rows * width));
    let x = this.#embed();
    for (const [i, layer] of decoder.layers.entries()) x = this.#layer(i, layer, state.angles[i], x);
    this.#head(x);
    this.#choose(state.choice);
  }

  #embed(): Stream {
    const { embeddingScale = 1, embeddingNorm, positionOffset } = this.#decoder;
    const { rows } = this;
    const result = this.#nextStream();
    const add = (by: "token" | "position", factor: number, offset: number) => {
      const { buffer, layout, shape, zero } = this.#tensors.weight(by === "token" ? "embedding" : "positions");
      const [outputs, width] = shape;
      const quads = Math.ceil(width / 4);
      this.#program.add(
        embedShader(by, layout, width % 4 === 0),
        { control: this.control, tokens: this.tokens, data_0: buffer, result },
        { rows, width, quads, offset, outputs_0: outputs, factor, zero_0: zero },
        [Math.ceil(quads / EMBED_THREADS), rows, 1],
      );
    };
    add("token", embeddingScale, 0);
    if (this.#tensors.has("positions")) add("position", 1, positionOffset);
    return { buffer: result, norm: embeddingNorm && this.#tensors.norm("embeddingNorm", embeddingNorm) };
  }

  #layer(i: number, layer: TransformerLayerAttrs, angles: RotaryAngles | undefined, given: Stream): Stream {
    const at = `layers.${i}`;
    const { placement, parallel } = layer;
    const x = placement === "post" ? given : this.#plain(given);
    const isBefore = placement === "pre" || placement === "both";
    const read = (stream: Stream, name: Sublayer): Stream =>
      isBefore ? { ...stream, norm: this.#tensors.norm(`${at}.${name}.norm`, layer.norm) } : stream;

    const selfAttn = `${at}.selfAttn`;
    const qkv = this.#product(read(x, "selfAttn"), "qkv", {
      maps: ["qProj", "kProj", "vProj"].map((map) => `${selfAttn}.${map}`),
    });
    const heads = this.#attend(selfAttn, `keyValues.${i}`, layer.selfAttn, angles, qkv);
    let y = this.#join(layer, selfAttn, `${selfAttn}.outProj`, heads, x);
    if (layer.crossAttn !== undefined) {
      const crossAttn = `${at}.crossAttn`;
      const queries = this.#product(read(y, "crossAttn"), "qkv", { maps: [`${crossAttn}.qProj`] });
      const pooled = this.#attend(crossAttn, `memory.${i}`, layer.crossAttn, undefined, queries);
      y = this.#join(layer, crossAttn, `${crossAttn}.outProj`, pooled, y);
    }
    const input = parallel === undefined ? read(y, "ffn") : read(x, parallel === "ownNorms" ? "ffn" : "selfAttn");
    const { kind } = layer.ffn;
    const activation = layer.ffn.activation as FusedActivation;
    const [maps, last] = kind === "mlp" ? ([["fc1"], "fc2"] as const) : ([["gateProj", "upProj"], "downProj"] as const);
    const hidden = this.#product(input, "hidden", {
      maps: maps.map((map) => `${at}.ffn.${map}`),
      isGated: kind !== "mlp",
      activation,
    });
    return this.#join(layer, `${at}.ffn`, `${at}.ffn.${last}`, hidden, y);
  }

  /** A sublayer's last map, and how its output joins the residual stream. */
  #join(layer: TransformerLayerAttrs, sublayer: string, map: string, from: GPUBuffer, x: Stream): Stream {
    const { placement, branchScale } = layer;
    const layerScale = this.#tensors.has(`${sublayer}.layerScale`) ? `${sublayer}.layerScale` : undefined;
    const source = { buffer: from, norm: undefined };
    if (placement === "pre" || placement === "post") {
      const buffer = this.#nextStream();
      this.#product(source, buffer, { maps: [map], factor: branchScale, layerScale, residual: x });
      return { buffer, norm: placement === "post" ? this.#tensors.norm(`${sublayer}.norm`, layer.norm) : undefined };
    }
    const branch = this.#product(source, "branch", { maps: [map] });
    const norm = this.#tensors.norm(`${sublayer}.${placement === "both" ? "postNorm" : "norm"}`, layer.norm);
    return {
      buffer: this.#normed(branch, norm, { factor: branchScale, layerScale, residual: x.buffer }),
      norm: undefined,
    };
  }

  /** Queries, and keys and values if there are some, to pooled heads. */
  #attend(
    path: string,
    keyValues: string,
    attrs: LayerAttentionAttrs,
    angles: RotaryAngles | undefined,
    x: GPUBuffer,
  ): GPUBuffer {
    const { numHeads, numKeyValueHeads, qkNorm, rotary, window, softcap, scale } = attrs;
    const { rows, control, origins } = this;
    const [keyRows = 1, , capacity = 0] = this.#tensors.shapeOf(`${keyValues}.keys`);
    const headDim = (this.#tensors.shapeOf(`${path}.qProj.weight`)[0] ?? 0) / numHeads;
    const isText = keyValues.startsWith("keyValues");
    const isSplit = isText && capacity > KEYS_PER_SPLIT;
    const extras = this.#tensors.extras(path, attrs);
    const hasSinks = this.#tensors.has(`${path}.sinks`);
    const shape: AttendShape = {
      subgroups: this.#subgroups,
      headDim,
      numHeads,
      numKeyValueHeads,
      of: isText ? "text" : "memory",
      format: isText ? this.#rowFormat : undefined,
      norm: qkNorm && { ...qkNorm, hasBias: this.#tensors.has(`${path}.qNorm.bias`) },
      rotary,
      hasWindow: isText && window !== undefined,
      hasSoftcap: softcap !== undefined,
      hasSinks,
      hasMask: !isText && this.#tensors.has("memoryMask"),
      hasOrigins: isText && origins !== undefined,
      isSplit,
    };
    const splits = Math.ceil(capacity / KEYS_PER_SPLIT);
    const result = this.#temporary("heads", numHeads * headDim);
    const parts = isSplit ? this.#temporary("parts", numHeads * splits * (headDim + 2)) : result;
    this.#program.add(
      attendShader(shape),
      {
        ...{ control, x, result: parts },
        keys: this.#tensors.buffer(`${keyValues}.keys`),
        values: this.#tensors.buffer(`${keyValues}.values`),
        ...(angles && { angles: this.#anglesOf(angles) }),
        ...(extras && { extras: extras.buffer }),
        ...(shape.hasMask && { mask: this.#tensors.buffer("memoryMask") }),
        ...(origins && { origins }),
      },
      {
        ...{ capacity, splits, scale, window: window ?? 0, softcap: softcap ?? 1, eps: qkNorm?.eps ?? 0 },
        stride: (isText ? numHeads + 2 * numKeyValueHeads : numHeads) * headDim,
        rowsOfMemory: rows / keyRows,
        keyNorm: extras?.keyNorm ?? 0,
        sinks: extras?.sinks ?? 0,
      },
      (position) => [numHeads, rows, isSplit ? Math.floor(position / KEYS_PER_SPLIT) + 1 : 1],
    );
    if (isSplit) {
      this.#program.add(
        combineShader(headDim, numHeads, hasSinks),
        { control, parts, result, ...(extras && { extras: extras.buffer }) },
        { splits, sinks: extras?.sinks ?? 0 },
        [numHeads, rows, 1],
      );
    }
    return result;
  }

  #head(x: Stream): void {
    const { norm, logitScale, logitSoftcap } = this.#decoder;
    const normed = norm === undefined ? x : { buffer: this.#plain(x).buffer, norm: this.#tensors.norm("norm", norm) };
    this.#product(normed, this.logits, { maps: ["head"], factor: logitScale, softcap: logitSoftcap });
  }

  #choose({ sampling, candidates, allowedFrom }: DecoderChoice): void {
    const { rows, vocabulary, control, logits, tokens, results } = this;
    const places = new Int32Array(allowedFrom.size > 0 ? vocabulary : 0);
    for (const [token, place] of allowedFrom) places[token] = Math.min(place, 0x7fffffff);
    this.#program.add(
      chooseShader({ subgroups: this.#subgroups, hasForbidden: allowedFrom.size > 0, sampling, candidates }),
      {
        control,
        logits,
        tokens,
        results,
        ...(allowedFrom.size > 0 && { allowedFrom: this.#program.bufferOf(places) }),
      },
      { rows, vocabulary, ...{ topK: 0, topP: 1, temperature: 1 }, ...sampling },
      [rows, 1, 1],
    );
  }

  /** @param result a buffer, or the name of one that is free again once it was read */
  #product(x: Stream, result: GPUBuffer | string, product: Product): GPUBuffer {
    const { maps, isGated = false, activation, factor = 1, layerScale, residual, softcap } = product;
    const { rows } = this;
    const weights = maps.map((map) => this.#tensors.weight(map === "head" ? "head.weight" : `${map}.weight`));
    const width = weights[0]?.shape[1] ?? 0;
    const outputs = weights.map(({ shape }) => shape[0]);
    const stride = isGated ? (outputs[0] ?? 0) : outputs.reduce((sum, count) => sum + count, 0);
    const into = typeof result === "string" ? this.#temporary(result, stride) : result;
    const strips = (isGated ? outputs.slice(0, 1) : outputs).reduce((sum, count) => sum + Math.ceil(count / 4), 0);
    const across = Math.min(strips, MOST_GROUPS);
    const atOnce = [1, 2, 4].find((count) => rows <= count) ?? 8;
    const bias = this.#tensors.biases(maps);
    this.#program.add(
      matVecShader({
        rows: atOnce,
        subgroups: this.#subgroups,
        aligned: width % 4 === 0,
        norm: x.norm?.shape,
        layouts: weights.map(({ layout }) => layout),
        isGated,
        hasBias: bias !== undefined,
        activation,
        hasLayerScale: layerScale !== undefined,
        residual: residual && { norm: residual.norm?.shape },
        hasSoftcap: softcap !== undefined,
      }),
      {
        x: x.buffer,
        ...normBuffers(x.norm, "gamma", "beta"),
        ...Object.fromEntries(weights.map(({ buffer }, i) => [`data_${i}`, buffer])),
        ...(bias && { bias }),
        ...(layerScale !== undefined && { layerScale: this.#tensors.buffer(layerScale) }),
        ...(residual && { residual: residual.buffer, ...normBuffers(residual.norm, "residualGamma", "residualBeta") }),
        result: into,
      },
      {
        ...{ rows, width, across, stride, factor },
        quads: Math.ceil(width / 4),
        eps: x.norm?.eps ?? 0,
        residualEps: residual?.norm?.eps ?? 0,
        softcap: softcap ?? 1,
        ...Object.fromEntries(
          weights.flatMap(({ shape: [count], zero }, i) => [
            [`outputs_${i}`, count],
            [`strips_${i}`, Math.ceil(count / 4)],
            [`zero_${i}`, zero],
          ]),
        ),
      },
      [across, Math.ceil(strips / across), Math.ceil(rows / atOnce)],
    );
    return into;
  }

  #normed(
    x: GPUBuffer,
    norm: StoredNorm,
    {
      factor = 1,
      layerScale,
      residual,
    }: { factor?: number | undefined; layerScale?: string | undefined; residual?: GPUBuffer },
  ): GPUBuffer {
    const result = this.#nextStream();
    this.#program.add(
      normedShader(norm.shape, this.#subgroups, layerScale !== undefined, residual !== undefined),
      {
        ...{ x, result },
        ...normBuffers(norm, "gamma", "beta"),
        ...(layerScale !== undefined && { layerScale: this.#tensors.buffer(layerScale) }),
        ...(residual && { residual }),
      },
      { width: this.#width, eps: norm.eps, factor },
      [this.rows, 1, 1],
    );
    return result;
  }

  /** The stream with its norm computed: what reads it has a norm of its own. */
  #plain(x: Stream): Stream {
    return x.norm === undefined ? x : { buffer: this.#normed(x.buffer, x.norm, {}), norm: undefined };
  }

  #nextStream(): GPUBuffer {
    return this.#streams[this.#written++ % this.#streams.length] as GPUBuffer;
  }

  /** A buffer for so many numbers of each row, one for each name and size. */
  #temporary(name: string, size: number): GPUBuffer {
    const key = `${name} ${size}`;
    const buffer = this.#scratch.get(key) ?? this.#program.buffer(this.rows * size);
    this.#scratch.set(key, buffer);
    return buffer;
  }

  /** Cosines, then sines, of each position. */
  #anglesOf(angles: RotaryAngles): GPUBuffer {
    const known = this.#angles.get(angles);
    if (known !== undefined) return known;
    const { cos, sin } = angles;
    const half = cos.length / this.capacity;
    const merged = new Float32Array(2 * cos.length);
    for (let position = 0; position < this.capacity; position++) {
      merged.set(cos.subarray(position * half, (position + 1) * half), 2 * position * half);
      merged.set(sin.subarray(position * half, (position + 1) * half), (2 * position + 1) * half);
    }
    const buffer = this.#program.bufferOf(merged);
    this.#angles.set(angles, buffer);
    return buffer;
  }
}

function normBuffers<Gamma extends string, Beta extends string>(
  norm: StoredNorm | undefined,
  gamma: Gamma,
  beta: Beta,
) {
  return norm === undefined ? {} : { [gamma]: norm.gamma, ...(norm.beta && { [beta]: norm.beta }) };
}
