import { PretrainedError } from "../files/pretrainedError.ts";
import { discard } from "./body.ts";
import type { Fetch } from "./fetch.ts";
import { isSecure } from "./origins.ts";

/** The most redirects in a row. */
const MOST = 10;

/** Whether the browser follows redirects itself, as browsers hide their target. */
let browserFollows = false;

/** Options of the request. */
interface Sent {
  readonly method?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Fetches and follows redirects. A token stays at its origin, and no step leaves https.
 *
 * @throws PretrainedError if a redirect leads to a forbidden target, or there are too many
 */
export async function fetchFollowing(fetch: Fetch, from: string, sent: Sent): Promise<Response> {
  let url = from;
  let { headers = {} } = sent;
  for (let hops = 0; hops <= MOST; hops++) {
    const redirect = browserFollows ? "follow" : "manual";
    const response = await fetch(url, { ...defined(sent), headers, redirect });
    if (response.type === "opaqueredirect") {
      browserFollows = true;
      continue;
    }
    const location = isRedirect(response) ? response.headers.get("Location") : null;
    if (location === null) {
      if (response.redirected) expectStep(url, response.url);
      return response;
    }
    await discard(response);
    const next = expectStep(url, location);
    if (next.origin !== new URL(url).origin) headers = withoutToken(headers);
    url = next.href;
  }
  throw new PretrainedError(`${from}: expected the file, got more than ${MOST} redirects`);
}

function isRedirect({ status }: Response): boolean {
  return status === 301 || status === 302 || status === 303 || status === 307 || status === 308;
}

/** Checks the target of a redirect: https, or from this machine to itself. */
function expectStep(from: string, to: string): URL {
  const next = URL.canParse(to, from) ? new URL(to, from) : undefined;
  const isAllowed =
    next !== undefined && isSecure(next) && (next.protocol === "https:" || new URL(from).protocol === "http:");
  if (isAllowed && next.username === "" && next.password === "") return next;
  throw new PretrainedError(`${from}: expected a redirect to an https address, got one to ${to.slice(0, 200)}`);
}

function withoutToken(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name.toLowerCase() !== "authorization"));
}

/** Drops undefined fields. */
function defined({ method, signal }: Sent): RequestInit {
  return { ...(method !== undefined && { method }), ...(signal !== undefined && { signal }) };
}
