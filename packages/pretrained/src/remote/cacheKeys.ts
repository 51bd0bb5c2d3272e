import type { Checksum } from "./checksum.ts";
import type { HubRef } from "./modelRef.ts";

type Hub = Pick<HubRef, "endpoint" | "id">;

/** The key of a hub's answer about one revision. */
export function revisionKey({ endpoint, id }: Hub, revision: string): string {
  return `hub ${endpoint} ${id} revision ${revision}`;
}

/** The key of a file: by its checksum, as it may be the same in several commits, else by commit and name. */
export function hubFileKey(
  { endpoint, id }: Hub,
  checksum: Checksum | undefined,
  commit: string,
  file: string,
): string {
  const what = checksum === undefined ? `${commit} ${file}` : `${checksum.algorithm} ${checksum.hex}`;
  return `hub ${endpoint} ${id} ${what}`;
}

/** The key of the record of a web server's file, and with its version that of its bytes. */
export function urlKey(base: string, file: string, version?: string): string {
  return `url ${base} ${encodeURIComponent(file)} ${version === undefined ? "known" : `bytes ${version}`}`;
}

/** The model that a key belongs to: its name in the program, and the source of its files. */
export interface KeyOwner {
  readonly ref: string;
  /** The hub's address; absent for a web server. */
  readonly endpoint?: string;
  /** Present in the key of a hub's answer. */
  readonly revision?: string;
  /** Present in keys of a web server. */
  readonly file?: string;
}

/** The owner of a key; undefined if it is none of these keys. */
export function ownerOf(key: string): KeyOwner | undefined {
  const [kind, place = "", name = "", what, revision] = key.split(" ");
  if (kind === "url") return { ref: place, file: name };
  if (kind !== "hub") return undefined;
  return { ref: name, endpoint: place, ...(what === "revision" && revision !== undefined && { revision }) };
}
