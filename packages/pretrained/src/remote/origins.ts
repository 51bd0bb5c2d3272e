import { PretrainedError } from "../files/pretrainedError.ts";

/** Whether a connection is secure: https, or this machine. */
export function isSecure(url: URL): boolean {
  return url.protocol === "https:" || (url.protocol === "http:" && isThisMachine(url));
}

/** Whether an address is of this machine, by exact name: other hosts may begin or end alike. */
export function isThisMachine({ hostname }: URL): boolean {
  return hostname === "localhost" || hostname === "127.0.0.1" || hostname === "[::1]";
}

/**
 * Parses a hub's address, without a slash at its end.
 *
 * @throws PretrainedError if it is invalid, or insecure for a token
 */
export function parseEndpoint(endpoint: string): string {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (url === undefined || !isSecure(url) || url.username !== "" || url.password !== "" || url.search !== "") {
    const got = url === undefined ? endpoint : `${url.protocol}//${url.host}${url.pathname}`;
    throw new PretrainedError(
      `endpoint (HF_ENDPOINT): expected the https address of a hub, without a password or a query, got ${got}`,
    );
  }
  url.hash = "";
  return url.href.replace(/[/?#]+$/, "");
}

/** The header that carries a token; none without one. @throws PretrainedError if no header can, without revealing it */
export function authorization(token: string | undefined): Record<string, string> {
  if (token === undefined) return {};
  if (/^[\x20-\x7e]+$/.test(token)) return { Authorization: `Bearer ${token}` };
  throw new PretrainedError("token (HF_TOKEN): expected letters, digits and marks of ASCII, got others");
}
