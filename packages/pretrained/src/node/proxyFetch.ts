import { setting } from "./settings.ts";
import { PretrainedError } from "../files/pretrainedError.ts";
import { reasonOf } from "../remote/network.ts";
import type { Fetch } from "../remote/fetch.ts";
import { isThisMachine } from "../remote/origins.ts";
import { UnreachableError } from "../remote/unreachableError.ts";

/** The environment's proxies, as variables of either case name them. */
interface Proxies {
  readonly httpProxy?: string;
  readonly httpsProxy: string;
  readonly noProxy: string;
}

/** Hosts of this machine, whose requests use no network and must use no proxy elsewhere: they are not encrypted. */
const THIS_MACHINE = ["localhost", "127.0.0.1", "[::1]"];

/**
 * Makes a fetch through the proxies of HTTPS_PROXY, HTTP_PROXY and ALL_PROXY, except for hosts of NO_PROXY. Undefined where
 * none is set, or the engine uses them itself, as Deno and Bun do.
 *
 * Node's NODE_USE_ENV_PROXY has to be set before it starts and is missing in Node 20; undici's agent, on which Node's
 * is based, does the same in all versions.
 */
export function proxyFetch(): Fetch | undefined {
  if (process.versions["bun"] !== undefined || process.versions["deno"] !== undefined) return undefined;
  const [http, https, all] = [either("http_proxy"), either("https_proxy"), either("all_proxy")].map(withScheme);
  const [httpProxy, httpsProxy] = [http ?? all, https ?? http ?? all];
  if (httpsProxy === undefined) return undefined;
  const noProxy = [either("no_proxy") ?? "", ...(isHere(httpProxy ?? "") ? [] : THIS_MACHINE)].join(",");
  const proxies = { ...(httpProxy && { httpProxy }), httpsProxy, noProxy };
  let opened: Promise<Fetch> | undefined;
  return async (url, init) => {
    const fetch = await (opened ??= openProxies(proxies));
    return fetch(url, init).catch((error: unknown) => {
      throw described(error, httpsProxy);
    });
  };
}

async function openProxies(proxies: Proxies): Promise<Fetch> {
  const { EnvHttpProxyAgent, fetch } = await import("undici");
  try {
    // Plain http is forwarded, as many proxies tunnel to https alone.
    const dispatcher = new EnvHttpProxyAgent({ ...proxies, proxyTunnel: false });
    return ((url: string, init: RequestInit) => fetch(url, { ...init, dispatcher } as never)) as unknown as Fetch;
  } catch {
    throw new PretrainedError(
      `HTTPS_PROXY: expected an address like http://proxy:3128, got ${withoutPassword(proxies.httpsProxy)}`,
    );
  }
}

/** The failure with the proxy's name: its refusal, which a retry would not change, or that it does not respond. */
function described(error: unknown, proxy: string): unknown {
  if (error instanceof Error && error.name === "AbortError") return error;
  const words = causesOf(error).join(" ");
  const status =
    /Proxy response \((\d+)\)/.exec(words)?.[1] ?? (/407|proxy authentication/i.test(words) ? "407" : undefined);
  const name = `the proxy ${withoutPassword(proxy)} (HTTPS_PROXY)`;
  if (status === "407") {
    return new UnreachableError(
      `${name} answers 407: expected a user and a password for it, as in http://USER:PASSWORD@HOST:PORT`,
    );
  }
  if (status !== undefined)
    return new UnreachableError(`${name} answers ${status}: it does not let this host be reached`);
  return new Error(`${reasonOf(error)}; HTTPS_PROXY is ${withoutPassword(proxy)}`);
}

/** The messages of an error and of its causes. */
function causesOf(error: unknown): string[] {
  return error instanceof Error ? [error.message, ...causesOf(error.cause)] : [];
}

function isHere(proxy: string): boolean {
  return URL.canParse(proxy) && isThisMachine(new URL(proxy));
}

function either(name: string): string | undefined {
  return setting(name) ?? setting(name.toUpperCase());
}

function withScheme(proxy: string | undefined): string | undefined {
  return proxy === undefined || proxy.includes("://") ? proxy : `http://${proxy}`;
}

function withoutPassword(proxy: string): string {
  return proxy.replace(/\/\/[^/]*@/, "//");
}
