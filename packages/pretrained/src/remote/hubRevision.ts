import { isFileName } from "../files/fileName.ts";
import { PretrainedError } from "../files/pretrainedError.ts";
import { type Checksum, checksumOfEtag } from "./checksum.ts";
import { expectWithin, FILE_LIMITS } from "./fileLimits.ts";

/** A file in a hub's list. */
export interface HubFile {
  readonly size?: number;
  readonly checksum?: Checksum;
}

/** A model on a hub as it was at one commit. */
export interface HubRevision {
  readonly commit: string;
  readonly files: ReadonlyMap<string, HubFile>;
}

/** Whether a revision is a commit, which never changes. */
export function isCommit(revision: string): boolean {
  return /^[0-9a-f]{40}$/.test(revision);
}

/** Reads the answer of `/api/models/ID/revision/REVISION?blobs=true`. @param where for messages */
export function parseHubRevision(json: unknown, where: string, limits = FILE_LIMITS): HubRevision {
  const { sha, siblings } = (typeof json === "object" && json !== null ? json : {}) as Record<string, unknown>;
  if (typeof sha !== "string" || !isCommit(sha)) throw unexpected(where, "the commit in sha", sha);
  if (!Array.isArray(siblings)) throw unexpected(where, "the files in siblings", siblings);
  expectWithin(where, { name: "files", most: limits.files }, siblings.length);
  const files = new Map<string, HubFile>();
  for (const sibling of siblings as unknown[]) {
    const { rfilename, size, blobId, lfs } = (sibling ?? {}) as Record<string, unknown>;
    if (typeof rfilename !== "string" || rfilename.split("/").includes("..")) {
      throw unexpected(where, "a file's name in rfilename", rfilename);
    }
    if (!isFileName(rfilename)) continue; // not of a model, perhaps of another system
    const large = (typeof lfs === "object" && lfs !== null ? lfs : undefined) as Record<string, unknown> | undefined;
    const bytes = large?.["size"] ?? size;
    // In large file storage the blob is a few lines that name the file, not the file.
    const hex = large === undefined ? blobId : (large["sha256"] ?? large["oid"]);
    const checksum = typeof hex === "string" ? checksumOfEtag(hex) : undefined;
    files.set(rfilename, {
      ...(typeof bytes === "number" && Number.isSafeInteger(bytes) && bytes >= 0 && { size: bytes }),
      ...(checksum !== undefined && { checksum }),
    });
  }
  return { commit: sha, files };
}

function unexpected(where: string, what: string, got: unknown): PretrainedError {
  return new PretrainedError(`${where}: expected ${what}, got ${JSON.stringify(got)?.slice(0, 80) ?? "nothing"}`);
}
