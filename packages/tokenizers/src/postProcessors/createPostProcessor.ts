import type { PostProcessor } from "../components/postProcessor.ts";
import type { Segment } from "../encoding/segment.ts";
import { createFromTable, type Factory, type Json } from "../json/configValue.ts";
import type { Parts } from "../components/registry.ts";
import { compileTemplate, type TemplateConfig } from "./template.ts";
import { TokenList } from "../encoding/tokenList.ts";
import { trimOffsets } from "./trimOffsets.ts";

/** The `post_processor` entry of a tokenizer.json. */
export type PostProcessorConfig =
  | TemplateConfig
  | {
      readonly type: "BertProcessing";
      readonly sep: readonly [token: string, id: number];
      readonly cls: readonly [token: string, id: number];
    }
  | {
      readonly type: "RobertaProcessing";
      readonly sep: readonly [token: string, id: number];
      readonly cls: readonly [token: string, id: number];
      readonly trim_offsets?: boolean;
      readonly add_prefix_space?: boolean;
    }
  | {
      readonly type: "ByteLevel";
      readonly add_prefix_space?: boolean;
      readonly trim_offsets?: boolean;
      readonly use_regex?: boolean;
    }
  | { readonly type: "Sequence"; readonly processors: readonly PostProcessorConfig[] };

// One row per type of the format: a type without a row does not compile.
const POST_PROCESSORS: { readonly [T in PostProcessorConfig["type"]]: Factory<PostProcessor, [Parts]> } = {
  TemplateProcessing: compileTemplate,
  BertProcessing: (config) => {
    const special = readSpecials(config);
    return (segments, { addSpecialTokens }) => {
      if (!addSpecialTokens) return segments;
      return segments.flatMap((segment, i) => [...(i === 0 ? [special.cls(0)] : []), segment, special.sep(i)]);
    };
  },
  RobertaProcessing: (config) => {
    const special = readSpecials(config);
    const trim = trimmer(config);
    return (segments, context) => {
      const typed = trim(segments, context).map((segment) => ({ ...segment, typeId: 0 }));
      if (!context.addSpecialTokens) return typed;
      return typed.flatMap((segment, i) => [i === 0 ? special.cls(0) : special.sep(0), segment, special.sep(0)]);
    };
  },
  ByteLevel: trimmer,
  Sequence: (config, parts) => {
    const steps = config
      .at("processors")
      .items()
      .map((step) => createPostProcessor(step, parts));
    return (segments, context) =>
      steps.reduce((given, step) => {
        const made = step(given, context);
        context.budget.step(sizeOf(given), sizeOf(made), config.path);
        return made;
      }, segments);
  },
};

/** Creates the post-processor of a configuration. */
export function createPostProcessor(config: Json, parts: Parts): PostProcessor {
  parts.count(config);
  return createFromTable(POST_PROCESSORS, config, "post-processor", undefined, parts);
}

function sizeOf(segments: readonly Segment[]): number {
  return segments.reduce((size, { tokens }) => size + tokens.length, segments.length);
}

function trimmer(config: Json): PostProcessor {
  const addPrefixSpace = config.at("add_prefix_space").booleanOr(true);
  if (!config.at("trim_offsets").booleanOr(true)) return (segments) => segments;
  return (segments, context) => segments.map((segment) => trimOffsets(segment, addPrefixSpace, context));
}

type MakeSegment = (typeId: number) => Segment;

function readSpecials(config: Json): { readonly cls: MakeSegment; readonly sep: MakeSegment } {
  const read = (name: string): MakeSegment => {
    const [token, id] = config.at(name).items();
    if (token === undefined || id === undefined) throw config.at(name).expected("[token, id]");
    const tokens = new TokenList();
    tokens.push(id.id(), 0, 0, -1, token.string());
    return (typeId) => ({ text: "", tokens, typeId, special: true });
  };
  return { cls: read("cls"), sep: read("sep") };
}
