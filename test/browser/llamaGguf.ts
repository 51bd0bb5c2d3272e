// A Llama of random weights as a GGUF file, of any size: blocks of Q4_0, a byte-level tokenizer, a chat template.
import { GGML_TYPES, ggufParts, type MetadataToWrite, type TensorToWrite, writeGguf } from "@qkv/gguf";

/** Sizes of a Llama. */
export interface LlamaShape {
  readonly layers: number;
  readonly width: number;
  readonly heads: number;
  readonly keyValueHeads: number;
  readonly hidden: number;
  readonly vocabulary: number;
  readonly context: number;
}

/** One that writes at once. */
export const SMALL: LlamaShape = {
  ...{ layers: 2, width: 64, heads: 4, keyValueHeads: 2, hidden: 96, vocabulary: 400, context: 512 },
};

/** Llama 3.2 1B's; its output layer is its embedding. */
export const ONE_BILLION: LlamaShape = {
  ...{ layers: 16, width: 2048, heads: 32, keyValueHeads: 8, hidden: 8192, vocabulary: 128_256, context: 4096 },
};

const SPECIAL = ["<|begin|>", "<|im_end|>", "<|im_start|>"];
const CHAT =
  "{{ bos_token }}{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n' }}" +
  "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";

/** The whole file. */
export function llamaGguf(shape: LlamaShape = SMALL): Uint8Array<ArrayBuffer> {
  const tensors = Array.from(
    tensorsOf(shape),
    ([name, tensor]) => [name, { ...tensor, bytes: tensor.bytes() }] as const,
  );
  return writeGguf(new Map(tensors), metadataOf(shape)) as Uint8Array<ArrayBuffer>;
}

/** The same tensor by tensor, for files that are larger than memory should be. */
export function llamaGgufParts(shape: LlamaShape): AsyncGenerator<Uint8Array> {
  return ggufParts(new Map(tensorsOf(shape)), metadataOf(shape));
}

function metadataOf(shape: LlamaShape): MetadataToWrite {
  const { tokens, merges } = vocabularyOf(shape.vocabulary);
  const count = (value: number) => ({ type: "uint32", value }) as const;
  const float = (value: number) => ({ type: "float32", value }) as const;
  const types = tokens.map((_, id) => (id < SPECIAL.length ? 3 : 1));
  return {
    "general.architecture": "llama",
    "llama.context_length": count(shape.context),
    "llama.embedding_length": count(shape.width),
    "llama.block_count": count(shape.layers),
    "llama.feed_forward_length": count(shape.hidden),
    "llama.attention.head_count": count(shape.heads),
    "llama.attention.head_count_kv": count(shape.keyValueHeads),
    "llama.attention.layer_norm_rms_epsilon": float(1e-5),
    "llama.rope.freq_base": float(500_000),
    "tokenizer.ggml.model": "gpt2",
    "tokenizer.ggml.pre": "llama-bpe",
    "tokenizer.ggml.tokens": { type: "array", value: { of: "string", values: tokens } },
    "tokenizer.ggml.token_type": { type: "array", value: { of: "int32", values: types } },
    "tokenizer.ggml.merges": { type: "array", value: { of: "string", values: merges } },
    "tokenizer.ggml.bos_token_id": count(0),
    "tokenizer.ggml.eos_token_id": count(1),
    "tokenizer.chat_template": CHAT,
  };
}

/** Special tokens, bytes, and then words of two and three letters, each with its merge. */
function vocabularyOf(size: number): { tokens: string[]; merges: string[] } {
  const letters = [..."etaoinshrdlucmfwypvbgkjqxzETAOINSHRDLUCMFWYPVBGKJQXZ"];
  const pairs = letters.flatMap((a) => letters.map((b) => [a, b] as const));
  const words = [...pairs, ...pairs.flatMap(([a, b]) => letters.map((c) => [a + b, c] as const))];
  const made = words.slice(0, size - SPECIAL.length - 256);
  return {
    tokens: [...SPECIAL, ...byteLetters(), ...made.map(([a, b]) => a + b)],
    merges: made.map(([a, b]) => `${a} ${b}`),
  };
}

/** GPT-2's letters for the bytes from 0 to 255. */
function byteLetters(): string[] {
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => {
    const isPlain = (byte > 32 && byte < 127) || (byte > 160 && byte !== 173);
    return String.fromCodePoint(isPlain ? byte : next++);
  });
}

type LazyTensor = Omit<TensorToWrite, "bytes"> & { readonly bytes: () => Uint8Array };

function* tensorsOf({
  layers,
  width,
  heads,
  keyValueHeads,
  hidden,
  vocabulary,
}: LlamaShape): Generator<[string, LazyTensor]> {
  const keyValue = (width / heads) * keyValueHeads;
  let seed = 1;
  const matrix = (rows: number, columns: number): LazyTensor => {
    const from = seed++;
    return {
      shape: [rows, columns],
      type: "Q4_0",
      bytes: () => randomBlocks(rows * columns, 2 / Math.sqrt(columns), from),
    };
  };
  const norm = (): LazyTensor => {
    return { shape: [width], type: "F32", bytes: () => new Uint8Array(new Float32Array(width).fill(1).buffer) };
  };
  const embedding = matrix(vocabulary, width);
  yield ["token_embd.weight", { ...embedding, bytes: () => withoutBytes(embedding.bytes(), vocabulary) }];
  for (let layer = 0; layer < layers; layer++) {
    const at = (name: string) => `blk.${layer}.${name}.weight`;
    yield [at("attn_q"), matrix(width, width)];
    yield [at("attn_k"), matrix(keyValue, width)];
    yield [at("attn_v"), matrix(keyValue, width)];
    yield [at("attn_output"), matrix(width, width)];
    yield [at("ffn_gate"), matrix(hidden, width)];
    yield [at("ffn_up"), matrix(hidden, width)];
    yield [at("ffn_down"), matrix(width, hidden)];
    yield [at("attn_norm"), norm()];
    yield [at("ffn_norm"), norm()];
  }
  yield ["output_norm.weight", norm()];
}

/** The embedding without special tokens and bytes, whose logits are then 0: the model writes words, and does not end. */
function withoutBytes(embedding: Uint8Array, vocabulary: number): Uint8Array {
  return embedding.fill(0, 0, (embedding.length / vocabulary) * (SPECIAL.length + 256));
}

/** Blocks of Q4_0 with random codes, whose values have about this standard deviation. */
function randomBlocks(values: number, deviation: number, seed: number): Uint8Array {
  const { blockSize, blockBytes } = GGML_TYPES.Q4_0;
  const bytes = new Uint8Array((values / blockSize) * blockBytes);
  let state = Math.imul(seed, 0x9e3779b1) | 1;
  for (let i = 0; i < bytes.length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[i] = state;
  }
  const scale = halfOf(deviation / 4.6); // the deviation of whole numbers from -8 to 7
  for (let i = 0; i < bytes.length; i += blockBytes) [bytes[i], bytes[i + 1]] = [scale & 255, scale >> 8];
  return bytes;
}

/** The bits of a number in half precision, for numbers of a middling size. */
function halfOf(value: number): number {
  const exponent = Math.floor(Math.log2(value));
  return ((exponent + 15) << 10) | Math.floor((value / 2 ** exponent - 1) * 1024);
}
