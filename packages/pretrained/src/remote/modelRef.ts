import { PretrainedError } from "../files/pretrainedError.ts";
import { isSecure, parseEndpoint } from "./origins.ts";

/** The default hub, whose ids need no address. */
export const HUB = "https://huggingface.co";

/** A model on a hub, at one of its revisions. */
export interface HubRef {
  readonly kind: "hub";
  /** The hub's address, without a slash at its end. */
  readonly endpoint: string;
  /** `owner/name` */
  readonly id: string;
  /** A branch, a tag or a commit. */
  readonly revision: string;
  /** A GGUF file of it: its name, or what that ends with. */
  readonly file?: string;
}

/** A model folder on any web server. */
export interface UrlRef {
  readonly kind: "url";
  /** The address without a slash at its end. */
  readonly url: string;
  /** A GGUF file in it. */
  readonly file?: string;
}

/** An id with a GGUF file of it: `owner/name/X.gguf`, `owner/name:Q4_K_M`. */
const ID_AND_FILE = /^([^/:@]+\/[^/:@]+(?:@[^:]+?)?)(?::([\w.-]+)|\/([^:@]+\.gguf))$/;

const ID = /^([A-Za-z0-9][\w.-]*\/[A-Za-z0-9][\w.-]*)(?:@([\w.+/-]+))?$/;

/**
 * Parses a reference to a remote model: `owner/name` or `owner/name@revision` on the hub, the address of its page
 * there, or an https address of a model folder; of a GGUF file `owner/name/X.gguf`, `owner/name:Q4_K_M` or its address.
 * Undefined if it is none of them.
 *
 * @param endpoint the hub of ids
 */
export function parseModelRef(ref: string, endpoint: string = HUB): HubRef | UrlRef | undefined {
  if (/^https?:/i.test(ref)) return parseAddress(ref);
  return parseId(ref, endpoint);
}

function parseId(ref: string, endpoint: string): HubRef | undefined {
  const [, of = ref, tag, name] = ID_AND_FILE.exec(ref) ?? [];
  const [, id, revision = "main"] = ID.exec(of) ?? [];
  if (id === undefined || id.endsWith(".gguf") || isOddRevision(revision)) return undefined;
  const file = tag ?? name;
  if (file !== undefined && isOddRevision(file)) return undefined;
  return { kind: "hub", endpoint: parseEndpoint(endpoint), id, revision, ...(file !== undefined && { file }) };
}

function parseAddress(ref: string): HubRef | UrlRef {
  const url = URL.canParse(ref) ? new URL(ref) : undefined;
  if (url === undefined) throw new PretrainedError(`${ref}: expected an address that can be read, got another`);
  if (!isSecure(url)) {
    throw new PretrainedError(`${ref}: expected an https address, got one that anybody on the way can change`);
  }
  if (url.username !== "" || url.password !== "") {
    throw new PretrainedError(`${url.origin}${url.pathname}: expected an address without a password, got one with it`);
  }
  if (url.origin === HUB || url.origin === "https://hf.co") {
    const page = pageOnHub(url.pathname);
    if (page !== undefined) return page;
  }
  url.hash = "";
  const [, folder, file] = /^(.+)\/([^/]+\.gguf)$/.exec(url.pathname) ?? [];
  if (folder !== undefined) url.pathname = folder;
  return { kind: "url", url: url.href.replace(/\/+$/, ""), ...(file !== undefined && { file: tryDecode(file) }) };
}

/** The model of a page: its own, or that of one of its GGUF files, to look at or to download. */
function pageOnHub(path: string): HubRef | undefined {
  const [, id, , rev = "main", file] =
    /^\/([^/]+\/[^/]+?)(?:\/(tree|blob|resolve)\/([^/]+)(?:\/(.+\.gguf))?)?\/?$/.exec(path) ?? [];
  const isFolder = /\/(?:blob|resolve)\//.test(path) && file === undefined;
  if (id === undefined || isFolder) return undefined;
  const name = file === undefined ? "" : `/${tryDecode(file)}`;
  return parseId(`${id}@${tryDecode(rev)}${name}`, HUB);
}

/** Decodes percent signs; invalid ones stay unchanged. */
function tryDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function isOddRevision(revision: string): boolean {
  return revision.split("/").some((part) => part === "" || part === "." || part === "..");
}
