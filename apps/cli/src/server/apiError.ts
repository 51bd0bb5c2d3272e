import type { ContentfulStatusCode } from "hono/utils/http-status";

/** What OpenAI's API calls the kinds of errors. */
export type ApiErrorType = "invalid_request_error" | "server_error" | "rate_limit_error";

/** An error that a client is told, in the form of OpenAI's API. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: ContentfulStatusCode;
  readonly type: ApiErrorType;
  /** The field that is wrong. */
  readonly param: string | null;
  readonly code: string | null;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: ContentfulStatusCode,
    message: string,
    {
      type = "invalid_request_error",
      param = null,
      code = null,
      headers = {},
    }: {
      readonly type?: ApiErrorType;
      readonly param?: string | null;
      readonly code?: string | null;
      readonly headers?: Readonly<Record<string, string>>;
    } = {},
  ) {
    super(message);
    this.status = status;
    this.type = type;
    this.param = param;
    this.code = code;
    this.headers = headers;
  }

  /** The body of the answer. */
  get body(): { error: { message: string; type: ApiErrorType; param: string | null; code: string | null } } {
    const { message, type, param, code } = this;
    return { error: { message, type, param, code } };
  }
}

/** The error of a field. */
export function fieldError(param: string, expected: string, got: string): ApiError {
  return new ApiError(400, `${param}: expected ${expected}, got ${got}`, { param, code: "invalid_value" });
}
