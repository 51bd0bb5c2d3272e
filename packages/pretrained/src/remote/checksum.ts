import { concat } from "./fileCache.ts";

/** What a file's bytes must add up to. */
export interface Checksum {
  /** Of the bytes; or of a git blob, which is what the hub knows of files that are not in its large file storage. */
  readonly algorithm: "sha256" | "git-sha1";
  /** In lower-case hexadecimal digits. */
  readonly hex: string;
}

/** Reads an ETag of the hub, which is the checksum in quotes; undefined for any other ETag. */
export function checksumOfEtag(etag: string | null): Checksum | undefined {
  const hex = /^(?:W\/)?"?([0-9a-f]+)"?$/.exec(etag ?? "")?.[1];
  if (hex?.length === 64) return { algorithm: "sha256", hex };
  return hex?.length === 40 ? { algorithm: "git-sha1", hex } : undefined;
}

/** Whether bytes add up to it. True where there is no Web Crypto to tell, as in pages without https. */
export async function isChecksumOf(bytes: Uint8Array, { algorithm, hex }: Checksum): Promise<boolean> {
  const subtle = (globalThis.crypto as Crypto | undefined)?.subtle as SubtleCrypto | undefined;
  if (subtle === undefined) return true;
  const [name, content] =
    algorithm === "sha256"
      ? ["SHA-256", bytes]
      : ["SHA-1", concat([new TextEncoder().encode(`blob ${bytes.length}\0`), bytes])];
  const digest = new Uint8Array(await subtle.digest(name, content as BufferSource));
  return toHex(digest) === hex;
}

/** Bytes in lower-case hexadecimal digits. */
export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
