import type { Budget } from "../checks/budget.ts";
import { byteOfChar } from "../text/byteLevel.ts";
import { bytesOf, byteOfToken } from "../text/byteTokens.ts";
import { cleanUpSpaces } from "./cleanUpSpaces.ts";
import { createFromTable, type Factory, type Json } from "../json/configValue.ts";
import type { Parts } from "../components/registry.ts";
import { literalMatcher, type PatternConfig, patternMatcher } from "../preTokenizers/pattern.ts";
import { type PrependScheme, prependScheme } from "../preTokenizers/metaspace.ts";
import type { Matcher } from "../components/matcher.ts";

/** The `decoder` entry of a tokenizer.json. */
export type DecoderConfig =
  | {
      readonly type: "ByteLevel";
      readonly add_prefix_space?: boolean;
      readonly trim_offsets?: boolean;
      readonly use_regex?: boolean;
    }
  | { readonly type: "WordPiece"; readonly prefix: string; readonly cleanup: boolean }
  | { readonly type: "BPEDecoder"; readonly suffix: string }
  | {
      readonly type: "Metaspace";
      readonly replacement: string;
      readonly prepend_scheme?: PrependScheme;
      readonly add_prefix_space?: boolean;
      readonly split?: boolean;
    }
  | {
      readonly type: "CTC";
      readonly pad_token: string;
      readonly word_delimiter_token: string;
      readonly cleanup: boolean;
    }
  | { readonly type: "ByteFallback" | "Fuse" }
  | { readonly type: "Strip"; readonly content: string; readonly start: number; readonly stop: number }
  | { readonly type: "Replace"; readonly pattern: PatternConfig; readonly content: string }
  | { readonly type: "Sequence"; readonly decoders: readonly DecoderConfig[] };

/** Turns tokens into parts of text; the last one's parts, joined, are the text. */
export type Decoder = (tokens: readonly string[], budget: Budget) => readonly string[];

// One row per type of the format: a type without a row does not compile.
const DECODERS: { readonly [T in DecoderConfig["type"]]: Factory<Decoder, [Parts]> } = {
  ByteLevel: () => (tokens) => [lossy.decode(Uint8Array.from(tokens.flatMap(tokenBytes)))],
  WordPiece: (config) => {
    const prefix = config.at("prefix").stringOr("##");
    const clean = config.at("cleanup").booleanOr(true) ? cleanUp : (text: string) => text;
    return (tokens) => tokens.map((token, i) => clean(i === 0 ? token : continueWord(token, prefix)));
  },
  BPEDecoder: (config) => {
    const match = literalMatcher(config.at("suffix").stringOr("</w>"));
    return (tokens, budget) =>
      tokens.map((token, i) => replaceMatches(token, match, i === tokens.length - 1 ? "" : " ", budget, config.path));
  },
  Metaspace: (config) => {
    const replacement = config.at("replacement").string();
    const prepends = prependScheme(config) !== "never";
    return (tokens) => tokens.map((token, i) => token.replaceAll(replacement, i === 0 && prepends ? "" : " "));
  },
  CTC: (config) => {
    const pad = config.at("pad_token").string();
    const delimiter = config.at("word_delimiter_token").string();
    const clean = config.at("cleanup").booleanOr(true);
    return (tokens) =>
      tokens
        .filter((token, i) => token !== tokens[i - 1])
        .map((token) => token.replaceAll(pad, ""))
        .map((token) => (clean ? cleanUp(token).replaceAll(delimiter, " ") : token))
        .filter((token) => token !== "");
  },
  ByteFallback: () => joinBytes,
  Fuse: () => (tokens) => [tokens.join("")],
  Strip: (config) => {
    const content = config.at("content").string();
    const start = config.at("start").natural();
    const stop = config.at("stop").natural();
    return (tokens) => tokens.map((token) => strip(token, content, start, stop));
  },
  Replace: (config, parts) => {
    const match = patternMatcher(config.at("pattern"), parts);
    const content = config.at("content").string();
    return (tokens, budget) => tokens.map((token) => replaceMatches(token, match, content, budget, config.path));
  },
  Sequence: (config, parts) => {
    const steps = config
      .at("decoders")
      .items()
      .map((step) => createDecoder(step, parts));
    return (tokens, budget) =>
      steps.reduce((given, step) => {
        const made = step(given, budget);
        budget.step(sizeOf(given), sizeOf(made), config.path);
        return made;
      }, tokens);
  },
};

/** Creates the decoder of a configuration. */
export function createDecoder(config: Json, parts: Parts): Decoder {
  parts.count(config);
  return createFromTable(DECODERS, config, "decoder", undefined, parts);
}

/** The length of `tokens` in UTF-16 units. */
export function sizeOf(tokens: readonly string[]): number {
  return tokens.reduce((size, token) => size + token.length, 0);
}

// A byte order mark is text like any other here.
const lossy = new TextDecoder("utf-8", { ignoreBOM: true });
const strict = new TextDecoder("utf-8", { ignoreBOM: true, fatal: true });

/** The bytes of a byte-level token; a token with other characters has its own UTF-8. */
function tokenBytes(token: string): number[] {
  const bytes: number[] = [];
  for (const char of token) {
    const byte = byteOfChar(char);
    if (byte === undefined) return bytesOf(token);
    bytes.push(byte);
  }
  return bytes;
}

function cleanUp(text: string): string {
  return cleanUpSpaces(text).replaceAll(" do not", " don't");
}

function continueWord(token: string, prefix: string): string {
  return token.startsWith(prefix) ? token.slice(prefix.length) : ` ${token}`;
}

function replaceMatches(token: string, match: Matcher, content: string, budget: Budget, path: string): string {
  let text = "";
  let last = 0;
  const found = (start: number, end: number): void => {
    budget.make(content.length, path);
    text += token.slice(last, start) + content;
    last = end;
  };
  match(token, found, budget);
  return text + token.slice(last);
}

/** Joins runs of byte tokens to the text they spell, or to one U+FFFD for each if they spell none. */
function joinBytes(tokens: readonly string[]): string[] {
  const joined: string[] = [];
  let bytes: number[] = [];
  const flush = (): void => {
    if (bytes.length === 0) return;
    try {
      joined.push(strict.decode(Uint8Array.from(bytes)));
    } catch {
      for (const _ of bytes) joined.push("\ufffd");
    }
    bytes = [];
  };
  for (const token of tokens) {
    const byte = byteOfToken(token);
    if (byte === undefined) {
      flush();
      joined.push(token);
    } else bytes.push(byte);
  }
  flush();
  return joined;
}

/** Strips `content` from `token`, up to `start` times at its beginning and up to `stop` times at its end. */
function strip(token: string, content: string, start: number, stop: number): string {
  if (content === "") return token;
  let from = 0;
  let to = token.length;
  for (let i = 0; i < start && token.startsWith(content, from); i++) from += content.length;
  for (let i = 0; i < stop && to - content.length >= from && token.endsWith(content, to); i++) to -= content.length;
  return token.slice(from, to);
}
