import { sha1 } from "@noble/hashes/legacy.js";
import { sha256 } from "@noble/hashes/sha2.js";
import type { OpenFile, ReadOptions } from "../files/modelFiles.ts";

/** The expected checksum of a file. */
export interface Checksum {
  readonly algorithm: ChecksumAlgorithm;
  /** The digest in lower-case hexadecimal digits. */
  readonly hex: string;
}

/** The algorithm: of the bytes, or of a git blob, which the hub has for files outside its large file storage. */
export type ChecksumAlgorithm = "sha256" | "git-sha1";

/** Reads an ETag of the hub, which is the checksum in quotes; undefined for any other ETag. */
export function checksumOfEtag(etag: string | null): Checksum | undefined {
  const hex = /^(?:W\/)?"?([0-9a-f]+)"?$/.exec(etag ?? "")?.[1];
  if (hex?.length === 64) return { algorithm: "sha256", hex };
  return hex?.length === 40 ? { algorithm: "git-sha1", hex } : undefined;
}

/** An incremental hash. Web Crypto, which is faster, needs all bytes at once. */
export interface Hash {
  update(bytes: Uint8Array): unknown;
}

/** The number of bytes read and hashed at once. */
const PIECE = 2 ** 22;

/** Hashes a file of any size, one piece in memory at a time. */
export async function hashFile(file: OpenFile, hash: Hash, { signal }: ReadOptions = {}): Promise<void> {
  const piece = new Uint8Array(Math.min(PIECE, file.size));
  for (let at = 0; at < file.size; at += PIECE) {
    signal?.throwIfAborted();
    const end = Math.min(at + PIECE, file.size);
    hash.update(await file.read(at, end, piece.subarray(0, end - at)));
  }
}

/** The header that a git blob's checksum includes before a file's bytes. */
export function gitHeader(size: number): Uint8Array {
  return new TextEncoder().encode(`blob ${size}\0`);
}

/** Starts an incremental SHA-256, in JavaScript. */
export const startSha256 = () => sha256.create();

/** Computes a file's checksum in JavaScript, one piece of it in memory at a time. */
export async function checksumOf(
  file: OpenFile,
  algorithm: ChecksumAlgorithm,
  options: ReadOptions = {},
): Promise<string> {
  const hash = algorithm === "sha256" ? startSha256() : sha1.create().update(gitHeader(file.size));
  await hashFile(file, hash, options);
  return toHex(hash.digest());
}

/** Formats bytes in lower-case hexadecimal digits. */
export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
