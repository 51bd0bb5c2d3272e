import type { TensorToWrite } from "@qkv/gguf";
import { PretrainedError } from "../../files/pretrainedError.ts";

/** A tensor whose bytes are read when they are asked for. */
export type ReadTensor = TensorToWrite & { readonly bytes: () => Promise<Uint8Array> };

/**
 * The tensor of the rows of several, one after another, of one type; or of several matrices, one behind another.
 *
 * @param name for messages
 * @throws PretrainedError if their types differ
 */
export function joinTensors(name: string, parts: readonly ReadTensor[], isStacked: boolean): ReadTensor {
  const [{ type, shape }] = parts as [ReadTensor];
  const types = parts.map((part) => part.type);
  if (types.some((each) => each !== type)) {
    throw new PretrainedError(
      `saveGguf: ${name}: expected ${isStacked ? "experts" : "queries, keys and values"} of one type, which files hold as one tensor, got ${types.join(", ")}`,
    );
  }
  if (isStacked) return { shape: [parts.length, ...shape], type, bytes: async () => joined(parts) };
  const rows = parts.reduce((sum, part) => sum + (part.shape[0] ?? 0), 0);
  return { shape: [rows, ...shape.slice(1)], type, bytes: async () => joined(parts) };
}

async function joined(parts: readonly ReadTensor[]): Promise<Uint8Array> {
  const bytes = [];
  for (const part of parts) bytes.push(await part.bytes());
  const all = new Uint8Array(bytes.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const each of bytes) {
    all.set(each, at);
    at += each.length;
  }
  return all;
}
