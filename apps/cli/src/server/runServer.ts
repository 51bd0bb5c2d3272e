import type { Server } from "node:http";
import { once } from "node:events";
import { serve } from "@hono/node-server";
import type { Hono } from "hono";
import { UsageError } from "../usageError.ts";

/** How long requests may take that were under way when the server was asked to stop. */
const GRACE_MS = 10_000;

/**
 * Listens on this machine until it is asked to stop; requests that are under way then are answered, as far as that does not take
 * too long.
 *
 * @param port 0: any that is free
 * @param onListening gets the port
 * @param end called once requests under way shall end at once
 * @throws UsageError if the port is taken
 */
export async function runServer(
  app: Hono,
  port: number,
  {
    signal,
    onListening,
    end,
  }: {
    readonly signal: AbortSignal;
    readonly onListening: (port: number) => void;
    readonly end: () => void;
  },
): Promise<void> {
  const server = serve({ fetch: app.fetch, port, hostname: "127.0.0.1" }) as Server;
  try {
    await once(server, "listening");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new UsageError(`--port: expected one that is free, got ${port}: ${code ?? message}`);
  }
  const address = server.address();
  onListening(typeof address === "object" && address !== null ? address.port : port);
  if (!signal.aborted) await once(signal, "abort");
  const closed = once(server, "close");
  server.close();
  server.closeIdleConnections();
  const timer = setTimeout(end, GRACE_MS);
  const sweeping = setInterval(() => server.closeIdleConnections(), 100); // those that were answered meanwhile
  await closed;
  clearTimeout(timer);
  clearInterval(sweeping);
}
