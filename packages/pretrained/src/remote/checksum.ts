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
  const digest =
    algorithm === "sha256"
      ? await digestOf("SHA-256", bytes)
      : await digestOf("SHA-1", concat([new TextEncoder().encode(`blob ${bytes.length}\0`), bytes]));
  return digest === undefined || digest === hex;
}

/** A digest in lower-case hexadecimal digits; undefined where there is no Web Crypto. */
export async function digestOf(name: "SHA-256" | "SHA-1", bytes: Uint8Array): Promise<string | undefined> {
  const subtle = (globalThis.crypto as Crypto | undefined)?.subtle as SubtleCrypto | undefined;
  return subtle && toHex(new Uint8Array(await subtle.digest(name, bytes as BufferSource)));
}

/** Bytes in lower-case hexadecimal digits. */
export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
