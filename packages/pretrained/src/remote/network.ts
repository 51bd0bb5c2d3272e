import type { Fetch } from "./fetch.ts";
import { PretrainedError } from "../files/pretrainedError.ts";
import { discard } from "./body.ts";
import { Pace } from "./pace.ts";
import { fetchFollowing } from "./redirects.ts";
import { UnreachableError } from "./unreachableError.ts";

/** How something is fetched, and how long is waited for a byte, in milliseconds. */
export interface Network {
  readonly fetch: Fetch;
  readonly timeoutMs: number;
}

/** What is asked for, and how often again. */
export interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** "manual": the first answer, be it a redirect. */
  readonly redirect?: "follow" | "manual";
  readonly signal?: AbortSignal | undefined;
  readonly retries?: number;
  /** The deadline, where it goes on from one request to the next. */
  readonly pace?: Pace;
}

/** How often is tried again while nothing new arrives. */
const RETRIES = 3;
const FIRST_PAUSE_MS = 200;

/**
 * Asks until there is an answer: again after a broken connection or a server that is overloaded (429, 5xx), each time
 * twice as long later. Any other answer is handed back, whatever it says.
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

/** The time for a server to answer where what is kept would do, in milliseconds. */
const KEPT_TIMEOUT_MS = 10_000;

/** The deadline for an answer. @param isKept whether what was fetched before would do in its place */
export function paceFor({ timeoutMs }: Network, isKept: boolean): Pace {
  return new Pace(isKept ? Math.min(KEPT_TIMEOUT_MS, timeoutMs) : timeoutMs);
}

/** One answer's head; its body may still come when this is over, so the deadline ends with the head. */
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

/** Waits before the next try. */
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

/** Why a connection failed, in the shortest words there are: Node hides them in the cause. */
export function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  const { code, message } = (cause ?? {}) as { code?: string | number; message?: string };
  return typeof code === "string" ? code : (message ?? String(cause)); // a DOMException's code is a number
}
