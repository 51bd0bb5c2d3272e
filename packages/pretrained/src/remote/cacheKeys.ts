import type { Checksum } from "./checksum.ts";
import type { HubRef } from "./modelRef.ts";

type Hub = Pick<HubRef, "endpoint" | "id">;

/** The key of a hub's answer about one revision. */
export function revisionKey({ endpoint, id }: Hub, revision: string): string {
  return `hub ${endpoint} ${id} revision ${revision}`;
}

/** The key of a file: by its checksum, as it may not change from one commit to the next, else by commit and name. */
export function hubFileKey(
  { endpoint, id }: Hub,
  checksum: Checksum | undefined,
  commit: string,
  file: string,
): string {
  const what = checksum === undefined ? `${commit} ${file}` : `${checksum.algorithm} ${checksum.hex}`;
  return `hub ${endpoint} ${id} ${what}`;
}

/** The key of what is known of a file of a web server, and with its version that of its bytes. */
export function urlKey(base: string, file: string, version?: string): string {
  return `url ${base} ${encodeURIComponent(file)} ${version === undefined ? "known" : `bytes ${version}`}`;
}

/** The model that a key belongs to: as the program names it, and where its files come from. */
export interface KeyOwner {
  readonly ref: string;
  /** Of a hub. */
  readonly endpoint?: string;
  /** Present in the key of a hub's answer. */
  readonly revision?: string;
  /** Of a web server. */
  readonly file?: string;
}

/** Whom a key belongs to; undefined if it is none of these. */
export function ownerOf(key: string): KeyOwner | undefined {
  const [kind, place = "", name = "", what, revision] = key.split(" ");
  if (kind === "url") return { ref: place, file: name };
  if (kind !== "hub") return undefined;
  return { ref: name, endpoint: place, ...(what === "revision" && revision !== undefined && { revision }) };
}
