import { homedir } from "node:os";
import { join } from "node:path";
import { PretrainedError } from "../files/pretrainedError.ts";
import { FILE_LIMITS, type FileLimits } from "../remote/fileLimits.ts";
import { HUB } from "../remote/modelRef.ts";
import { parseEndpoint } from "../remote/origins.ts";
import type { RemoteOptions } from "../remote/options.ts";

/** Reads an environment variable; undefined if it is empty. */
export function setting(name: string): string | undefined {
  return process.env[name]?.trim() || undefined;
}

/** The cache folder of fetched models: that of the environment variable QKV_CACHE, else `qkv` in the user's cache folder. */
export function cacheFolder(): string {
  const caches = process.platform === "win32" ? setting("LOCALAPPDATA") : setting("XDG_CACHE_HOME");
  return setting("QKV_CACHE") ?? join(caches ?? join(homedir(), ".cache"), "qkv");
}

/**
 * Fills in options from the environment where they are not given: HF_ENDPOINT, HF_TOKEN, QKV_TIMEOUT and QKV_MAX_...
 * The token belongs to HF_ENDPOINT, and is left out for any other hub.
 */
export function withSettings(options: RemoteOptions): RemoteOptions {
  const home = setting("HF_ENDPOINT") ?? HUB;
  const { endpoint = home } = options;
  const token = setting("HF_TOKEN");
  const isTokens = token !== undefined && parseEndpoint(endpoint) === parseEndpoint(home);
  const timeout = numberSetting("QKV_TIMEOUT");
  return {
    ...(isTokens && { token }),
    ...(timeout !== undefined && { timeoutMs: timeout * 1000 }),
    ...options,
    endpoint,
    limits: { ...limitSettings(), ...options.limits },
  };
}

/** Reads the limits in environment variables: QKV_MAX_TOKENIZER and its like. */
export function limitSettings(): Partial<FileLimits> {
  const names = Object.keys(FILE_LIMITS) as (keyof FileLimits)[];
  const set = names.map((name) => [name, numberSetting(`QKV_MAX_${name.toUpperCase()}`)] as const);
  return Object.fromEntries(set.filter(([, value]) => value !== undefined));
}

function numberSetting(name: string): number | undefined {
  const text = setting(name);
  if (text === undefined) return undefined;
  if (Number(text) > 0 && Number.isFinite(Number(text))) return Number(text);
  throw new PretrainedError(`${name}: expected a number above 0, got ${text}`);
}
