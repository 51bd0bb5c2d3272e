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
}

/** A model folder on any web server. */
export interface UrlRef {
  readonly kind: "url";
  /** The address without a slash at its end. */
  readonly url: string;
}

const ID = /^([A-Za-z0-9][\w.-]*\/[A-Za-z0-9][\w.-]*)(?:@([\w.+/-]+))?$/;

/**
 * Parses a reference to a remote model: `owner/name` or `owner/name@revision` on the hub, the address of its page
 * there, or an https address of a model folder. Undefined if it is none of them.
 *
 * @param endpoint the hub of ids
 */
export function parseModelRef(ref: string, endpoint: string = HUB): HubRef | UrlRef | undefined {
  if (/^https?:/i.test(ref)) return parseAddress(ref);
  return parseId(ref, endpoint);
}

function parseId(ref: string, endpoint: string): HubRef | undefined {
  const [, id, revision = "main"] = ID.exec(ref) ?? [];
  if (id === undefined || isOddRevision(revision)) return undefined;
  return { kind: "hub", endpoint: parseEndpoint(endpoint), id, revision };
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
    const [, id, revision = "main"] = /^\/([^/]+\/[^/]+?)(?:\/tree\/([^/]+))?\/?$/.exec(url.pathname) ?? [];
    const page = id === undefined ? undefined : parseId(`${id}@${tryDecode(revision)}`, HUB);
    if (page !== undefined) return page;
  }
  url.hash = "";
  return { kind: "url", url: url.href.replace(/\/+$/, "") };
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
