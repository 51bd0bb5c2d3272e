import { checkRecord } from "@qkv/ops";
import type { StateDict, StateEntry } from "@qkv/nn";
import { parseSafetensors, type SafeTensor, safeTensor, toFloat32, writeSafetensors } from "@qkv/safetensors";
import type { Checkpoint, Progress } from "./checkpoint.ts";

const FORMAT = "qkv-checkpoint-1";
const NO_DIGEST = "0".repeat(64);

/**
 * The bytes of a checkpoint: one safetensors file with `params.*` and `optimizer.*`, the progress in its metadata, and
 * there too the SHA-256 of the whole file as it is with zeros in the digest's place.
 */
export async function encodeCheckpoint(checkpoint: Checkpoint): Promise<Uint8Array<ArrayBuffer>> {
  checkRecord("encodeCheckpoint", "checkpoint", checkpoint);
  const { progress, params, optimizer } = checkpoint;
  const tensors = new Map([...prefixed("params.", params), ...prefixed("optimizer.", optimizer)]);
  const metadata = { format: FORMAT, progress: JSON.stringify(progress), sha256: NO_DIGEST };
  const bytes = writeSafetensors(tensors, metadata) as Uint8Array<ArrayBuffer>;
  bytes.set(new TextEncoder().encode(await sha256(bytes)), digestOffset(bytes, NO_DIGEST));
  return bytes;
}

/** Reads a result of {@link encodeCheckpoint}; anything else, and any changed byte, is a {@link CheckpointFileError}. */
export async function decodeCheckpoint(bytes: Uint8Array): Promise<Checkpoint> {
  const { tensors, metadata } = parse(bytes);
  const { format, progress, sha256: expected } = metadata;
  if (format !== FORMAT || progress === undefined || expected === undefined) {
    throw new CheckpointFileError(`expected format ${FORMAT}, got ${format ?? "none"}`);
  }
  const cleared = bytes.slice();
  cleared.set(new TextEncoder().encode(NO_DIGEST), digestOffset(bytes, expected));
  const got = await sha256(cleared);
  if (got !== expected) throw new CheckpointFileError(`expected SHA-256 ${expected}, got ${got}`);
  return {
    progress: JSON.parse(progress) as Progress, // written by us: the digest has just been verified
    params: unprefixed("params.", tensors),
    optimizer: unprefixed("optimizer.", tensors),
  };
}

/** Error for a checkpoint that cannot be read or written. */
export class CheckpointFileError extends Error {
  override readonly name = "CheckpointFileError";
}

function parse(bytes: Uint8Array): ReturnType<typeof parseSafetensors> {
  try {
    return parseSafetensors(bytes);
  } catch (error) {
    throw new CheckpointFileError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function prefixed(prefix: string, state: StateDict): [string, SafeTensor][] {
  return [...state].map(([name, { data, shape }]) => [prefix + name, safeTensor(data, shape)]);
}

function unprefixed(prefix: string, tensors: ReadonlyMap<string, SafeTensor>): StateDict {
  const state = new Map<string, StateEntry>();
  for (const [name, tensor] of tensors) {
    if (name.startsWith(prefix)) state.set(name.slice(prefix.length), { shape: tensor.shape, data: toFloat32(tensor) });
  }
  return state;
}

/** The offset of the digest in the header. */
function digestOffset(bytes: Uint8Array, digest: string): number {
  const headerLength = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const header = new TextDecoder("latin1").decode(bytes.subarray(0, 8 + headerLength)); // one character for each byte
  return header.indexOf(`"sha256":"${digest}"`) + `"sha256":"`.length;
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
