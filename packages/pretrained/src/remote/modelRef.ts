import { PretrainedError } from "../pretrainedError.ts";

/** The hub whose ids need no address. */
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
  /** Without a slash at its end. */
  readonly url: string;
}

const ID = /^([A-Za-z0-9][\w.-]*\/[A-Za-z0-9][\w.-]*)(?:@([\w.+/-]+))?$/;

/**
 * Reads what names a model somewhere else: `owner/name` or `owner/name@revision` on the hub, the address of its page
 * there, or an https address of a model folder. Undefined if it is none of them.
 *
 * @param endpoint the hub that ids are asked of
 */
export function parseModelRef(ref: string, endpoint: string = HUB): HubRef | UrlRef | undefined {
  if (/^https?:/i.test(ref)) return parseAddress(ref);
  const [, id, revision = "main"] = ID.exec(ref) ?? [];
  if (id === undefined || isOddRevision(revision)) return undefined;
  return { kind: "hub", endpoint: endpoint.replace(/\/+$/, ""), id, revision };
}

function parseAddress(ref: string): HubRef | UrlRef {
  const url = URL.canParse(ref) ? new URL(ref) : undefined;
  if (url === undefined) throw new PretrainedError(`${ref}: expected an address that can be read, got another`);
  if (url.protocol !== "https:" && !isThisMachine(url)) {
    throw new PretrainedError(`${ref}: expected an https address, got one that anybody on the way can change`);
  }
  if (url.username !== "" || url.password !== "") {
    throw new PretrainedError(`${url.origin}${url.pathname}: expected an address without a password, got one with it`);
  }
  if (url.hostname === "huggingface.co" || url.hostname === "hf.co") {
    const [, id, revision = "main"] = /^\/([^/]+\/[^/]+?)(?:\/tree\/([^/]+))?\/?$/.exec(url.pathname) ?? [];
    if (id !== undefined) return { kind: "hub", endpoint: HUB, id, revision: decodeURIComponent(revision) };
  }
  url.hash = "";
  return { kind: "url", url: url.href.replace(/\/+$/, "") };
}

/** Nobody is on the way to the same machine. */
function isThisMachine({ hostname }: URL): boolean {
  return (
    hostname === "localhost" || hostname.endsWith(".localhost") || hostname === "[::1]" || hostname.startsWith("127.")
  );
}

function isOddRevision(revision: string): boolean {
  return revision.split("/").some((part) => part === "" || part === "." || part === "..");
}
