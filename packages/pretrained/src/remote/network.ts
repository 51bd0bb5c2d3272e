import type { Fetch } from "./fetch.ts";
import { PretrainedError } from "../files/pretrainedError.ts";
import { discard } from "./body.ts";
import { Pace } from "./pace.ts";
import { fetchFollowing } from "./redirects.ts";
import { UnreachableError } from "./unreachableError.ts";

/** The fetch function, and the timeout for new bytes, in milliseconds. */
export interface Network {
  readonly fetch: Fetch;
  readonly timeoutMs: number;
}

/** Options of a request and its retries. */
export interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** "manual": the first response, even a redirect. */
  readonly redirect?: "follow" | "manual";
  readonly signal?: AbortSignal | undefined;
  readonly retries?: number;
  /** The deadline, if several requests share one. */
  readonly pace?: Pace;
}

/** The number of retries while nothing new arrives. */
const RETRIES = 3;
const FIRST_PAUSE_MS = 200;

/**
 * Requests until there is a response: again after a broken connection or from an overloaded server (429, 5xx), each time
 * after twice the delay. Any other response is returned, also errors.
 *
 * @throws UnreachableError if there is none, or none in time
 */
export async function ask(network: Network, url: string, asked: Asked = {}): Promise<Response> {
  const { retries = RETRIES, signal, pace = new Pace(network.timeoutMs) } = asked;
  for (let tried = 0; ; tried++) {
    signal?.throwIfAborted();
    let reason: string;
    try {
      const response = await answerInTime(network, url, asked, pace);
      if (response.status < 500 && response.status !== 429) return response;
      await discard(response);
      reason = `it answers ${response.status}`;
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof PretrainedError) throw error;
      reason = reasonOf(error);
    }
    if (tried >= retries) {
      throw new UnreachableError(`${new URL(url).origin} could not be reached (${reason}): is there a network?`);
    }
    await pace.wait(url, pause(tried, signal), () => undefined);
  }
}

/** The timeout of a server's response if a cached file can replace it, in milliseconds. */
const KEPT_TIMEOUT_MS = 10_000;

/** The deadline of a response. @param isKept whether a cached file can replace it */
export function paceFor({ timeoutMs }: Network, isKept: boolean): Pace {
  return new Pace(isKept ? Math.min(KEPT_TIMEOUT_MS, timeoutMs) : timeoutMs);
}

/** Waits for the head of a response; its body may arrive later, so the deadline ends with the head. */
function answerInTime(
  { fetch }: Network,
  url: string,
  { method, headers, redirect, signal }: Asked,
  pace: Pace,
): Promise<Response> {
  const late = new AbortController();
  const either = signal === undefined ? late.signal : AbortSignal.any([signal, late.signal]);
  const sent = { ...(method !== undefined && { method }), ...(headers !== undefined && { headers }), signal: either };
  const answer = redirect === "manual" ? fetch(url, { ...sent, redirect }) : fetchFollowing(fetch, url, sent);
  return pace.wait(new URL(url).origin, answer, () => {
    answer.catch(() => undefined);
    late.abort();
  });
}

/** Waits before the next attempt. */
export async function pause(tried: number, signal: AbortSignal | undefined): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(done, FIRST_PAUSE_MS * 2 ** tried);
    function done() {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      if (signal?.aborted) reject(signal.reason as Error);
      else resolve();
    }
    signal?.addEventListener("abort", done);
  });
}

/** The shortest reason of a failed connection: Node hides it in the cause. */
export function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  const { code, message } = (cause ?? {}) as { code?: string | number; message?: string };
  return typeof code === "string" ? code : (message ?? String(cause)); // a DOMException's code is a number
}
