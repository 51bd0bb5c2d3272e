import { PretrainedError } from "../pretrainedError.ts";

/** How files are fetched; a test or an application brings its own. */
export type Fetch = typeof globalThis.fetch;

/** Nobody answered: no network, no such server, or a connection that breaks again and again. */
export class UnreachableError extends PretrainedError {
  override readonly name = "UnreachableError";
}

/** What is asked for, and how often again. */
export interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly redirect?: RequestRedirect;
  readonly signal?: AbortSignal | undefined;
  readonly retries?: number;
}

/** How often is tried again while nothing new arrives. */
const RETRIES = 3;
const FIRST_PAUSE_MS = 200;

/**
 * Asks until there is an answer: again after a broken connection or a server that is overloaded (429, 5xx), each time
 * twice as long later. Any other answer is handed back, whatever it says.
 *
 * @throws UnreachableError if there is none
 */
export async function ask(
  fetch: Fetch,
  url: string,
  { retries = RETRIES, signal, ...init }: Asked = {},
): Promise<Response> {
  for (let tried = 0; ; tried++) {
    signal?.throwIfAborted();
    let reason: string;
    try {
      const response = await fetch(url, { ...init, ...(signal !== undefined && { signal }) });
      if (response.status < 500 && response.status !== 429) return response;
      await response.body?.cancel();
      reason = `it answers ${response.status}`;
    } catch (error) {
      signal?.throwIfAborted();
      reason = reasonOf(error);
    }
    if (tried >= retries) {
      throw new UnreachableError(`${new URL(url).origin} could not be reached (${reason}): is there a network?`);
    }
    await pause(tried, signal);
  }
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
  const { code, message } = (cause ?? {}) as { code?: string; message?: string };
  return code ?? message ?? String(cause);
}
