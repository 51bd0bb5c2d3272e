import type { NameMap, Params } from "@qkv/nn";
import {
  DINO_BACKBONE_NAMES,
  DistilledVitClassifier,
  formatSwinConfig,
  formatVitConfig,
  parseSwinConfig,
  parseVitConfig,
  QKV_VIT_BACKBONE_NAMES,
  SWIN_BACKBONE_NAMES,
  SWIN_IGNORED_NAMES,
  SwinClassifier,
  type SwinConfig,
  SwinModel,
  VIT_BACKBONE_NAMES,
  vitCheckpointNames,
  VitClassifier,
  type VitConfig,
  VitModel,
  vitModelType,
  type VitModelType,
} from "@qkv/vit";
import type { Architecture } from "./architecture.ts";

interface VitFamily {
  readonly modelType: VitModelType;
  /** What Hugging Face's classes are called without their ending. */
  readonly className: string;
  readonly backbone: NameMap;
}

type ModelClass<Config, Model> = new (params: Params, config: Config) => Model;

const VIT: VitFamily = { modelType: "vit", className: "ViT", backbone: VIT_BACKBONE_NAMES };
const DEIT: VitFamily = { modelType: "deit", className: "DeiT", backbone: VIT_BACKBONE_NAMES };
const DINO: VitFamily = { modelType: "dinov2", className: "Dinov2", backbone: DINO_BACKBONE_NAMES };
// Whether there are registers is not the difference: their positions are resized by other filters.
const REGISTERS: VitFamily = {
  modelType: "dinov2_with_registers",
  className: "Dinov2WithRegisters",
  backbone: DINO_BACKBONE_NAMES,
};
const OWN: VitFamily = { modelType: "qkv_vit", className: "QkvVit", backbone: QKV_VIT_BACKBONE_NAMES };

/** What no forward pass reads: the token for training by masks, and the registers of a model that has none. */
const UNREAD: readonly string[] = ["embeddings.mask_token", "embeddings.register_tokens"];

/** The models of `@qkv/vit` by `model_type`. The first of a type is the one of a `config.json` that names no class. */
export const IMAGE_ARCHITECTURES = {
  vit: [classifier(VIT), headless(VIT)],
  deit: [classifier(DEIT), distilled(DEIT), headless(DEIT)],
  dinov2: [classifier(DINO), headless(DINO)],
  dinov2_with_registers: [classifier(REGISTERS), headless(REGISTERS)],
  qkv_vit: [classifier(OWN)],
  swin: [swin("SwinForImageClassification", SwinClassifier, "swin."), swin("SwinModel", SwinModel, "")],
} as const;

function classifier(family: VitFamily): Architecture<VitConfig, VitClassifier> {
  return withHead(family, "ForImageClassification", VitClassifier);
}

function distilled(family: VitFamily): Architecture<VitConfig, DistilledVitClassifier> {
  return withHead(family, "ForImageClassificationWithTeacher", DistilledVitClassifier);
}

function withHead<Model>(
  family: VitFamily,
  ending: string,
  Class: ModelClass<VitConfig, Model>,
): Architecture<VitConfig, Model> {
  const prefix = `${family.modelType}.`;
  return {
    className: family.className + ending,
    parseConfig: parseVitConfig,
    formatConfig: formatVitConfig,
    names: vitCheckpointNames(family.backbone, prefix),
    // What models for other tasks have and leave in their files.
    ignore: [...UNREAD, "pooler.dense.weight", "pooler.dense.bias"].map((name) => prefix + name),
    build: (params, config) => new Class(params, withoutPooler(config)),
    saves: (model) => model instanceof Class && isOf(family, model),
  };
}

function headless(family: VitFamily): Architecture<VitConfig, VitModel> {
  return {
    className: `${family.className}Model`,
    parseConfig: parseVitConfig,
    formatConfig: formatVitConfig,
    names: vitCheckpointNames(family.backbone, ""),
    ignore: UNREAD,
    build: (params, config, stored) =>
      new VitModel(params, stored.has("pooler.dense.weight") ? config : withoutPooler(config)),
    saves: (model) => model instanceof VitModel && isOf(family, model),
  };
}

function swin<Model>(
  className: string,
  Class: ModelClass<SwinConfig, Model>,
  prefix: string,
): Architecture<SwinConfig, Model> {
  return {
    className,
    parseConfig: parseSwinConfig,
    formatConfig: formatSwinConfig,
    names: vitCheckpointNames(SWIN_BACKBONE_NAMES, prefix),
    ignore: SWIN_IGNORED_NAMES.map((name) => prefix + name),
    build: (params, config) => new Class(params, config),
    saves: (model) => model instanceof Class,
  };
}

function isOf({ modelType }: VitFamily, model: object): boolean {
  return "config" in model && vitModelType(model.config as VitConfig) === modelType;
}

function withoutPooler(config: VitConfig): VitConfig {
  const { pooler: _, ...rest } = config;
  return rest;
}
