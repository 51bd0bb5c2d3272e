import { type Context, Hono, type MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { reportError } from "../reportError.ts";
import type { ServerParts } from "./answers.ts";
import { ApiError } from "./apiError.ts";
import { chatCompletions } from "./chatCompletions.ts";
import { completions } from "./completions.ts";
import { embeddings } from "./embeddings.ts";
import type { ServedModel } from "./servedModels.ts";
import { transcriptions } from "./transcriptions.ts";

/** The most bytes of a request's body, and of one with a sound. */
const [MOST_BYTES, MOST_SOUND_BYTES] = [4 * 1024 * 1024, 25 * 1024 * 1024];

/** Names that a request for this machine may have in its `Host`: another is that of a page that leads here by its own name. */
const HOSTS = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/i;

/** The server as a function from requests to answers: OpenAI's API, as far as it is supported, health and metrics. */
export function serverApp(parts: ServerParts): Hono {
  const app = new Hono();
  app.use(async (context, next) => {
    const begun = performance.now();
    await next();
    const path = KNOWN.includes(context.req.path) ? context.req.path : "other";
    parts.metrics.add("qkv_requests_total", { path, status: `${context.res.status}` });
    parts.metrics.add("qkv_request_seconds_total", { path }, (performance.now() - begun) / 1000);
  });
  app.use(async (context, next) => {
    const host = context.req.header("host") ?? "";
    if (!HOSTS.test(host))
      throw new ApiError(403, `expected a request to this machine, got one to ${host || "no host"}`);
    await next();
  });
  const [textLimit, soundLimit] = [limitOf(MOST_BYTES), limitOf(MOST_SOUND_BYTES)];
  app.use("/v1/*", (context, next) => (context.req.path === TRANSCRIPTIONS ? soundLimit : textLimit)(context, next));

  app.get("/health", (context) => {
    const { running, waiting } = parts.queue;
    return context.json({ status: "ok", running, waiting });
  });
  app.get("/metrics", (context) => context.text(parts.metrics.text(), 200, { "Content-Type": METRICS_TYPE }));
  app.get("/v1/models", (context) => context.json({ object: "list", data: parts.models.map(described) }));
  app.get("/v1/models/:id{.+}", (context) => {
    const id = context.req.param("id");
    const model = parts.models.find((each) => each.id === id);
    if (model === undefined) throw notFound(`model ${id}`, "model_not_found");
    return context.json(described(model));
  });
  app.post("/v1/chat/completions", (context) => chatCompletions(context, parts));
  app.post("/v1/completions", (context) => completions(context, parts));
  app.post("/v1/embeddings", (context) => embeddings(context, parts));
  app.post(TRANSCRIPTIONS, (context) => transcriptions(context, parts));

  app.notFound((context) => answerError(context, notFound(`${context.req.method} ${context.req.path}`, "not_found")));
  app.onError((error, context) => answerError(context, error, parts.ending));
  return app;
}

const METRICS_TYPE = "text/plain; version=0.0.4";
const TRANSCRIPTIONS = "/v1/audio/transcriptions";
const KNOWN = [
  ...["/health", "/metrics", "/v1/models", "/v1/chat/completions", "/v1/completions", "/v1/embeddings"],
  TRANSCRIPTIONS,
];

function limitOf(maxSize: number): MiddlewareHandler {
  return bodyLimit({
    maxSize,
    onError: () => {
      throw new ApiError(413, `expected a body of at most ${maxSize} bytes, got a larger one`);
    },
  });
}

function described({ id, created }: ServedModel): object {
  return { id, object: "model", created, owned_by: "qkv" };
}

function notFound(what: string, code: string): ApiError {
  return new ApiError(404, `expected what this server has, got ${what}`, { code });
}

function answerError(context: Context, error: Error, ending?: AbortSignal): Response {
  if (error instanceof ApiError) {
    return context.json(error.body, error.status, { ...error.headers });
  }
  if (ending?.aborted) {
    return context.json(new ApiError(503, "the server ends", { type: "server_error" }).body, 503);
  }
  if (context.req.raw.signal.aborted) return new Response(null, { status: 499 }); // nobody reads it
  reportError(error);
  return context.json(new ApiError(500, "the model failed", { type: "server_error" }).body, 500);
}
