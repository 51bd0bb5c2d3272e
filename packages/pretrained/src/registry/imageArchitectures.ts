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
import { HEADS, OTHER_HEADS, POOLER, prefixed, SWIN_SPARES, VIT_SPARES } from "./imageSpares.ts";

interface VitFamily {
  readonly modelType: VitModelType;
  /** The name of Hugging Face's classes without their ending. */
  readonly className: string;
  readonly backbone: NameMap;
}

type ModelClass<Config, Model> = new (params: Params, config: Config) => Model;

const VIT: VitFamily = { modelType: "vit", className: "ViT", backbone: VIT_BACKBONE_NAMES };
const DEIT: VitFamily = { modelType: "deit", className: "DeiT", backbone: VIT_BACKBONE_NAMES };
const DINO: VitFamily = { modelType: "dinov2", className: "Dinov2", backbone: DINO_BACKBONE_NAMES };
// Not the registers make the difference: positions are resized by other filters.
const REGISTERS: VitFamily = {
  modelType: "dinov2_with_registers",
  className: "Dinov2WithRegisters",
  backbone: DINO_BACKBONE_NAMES,
};
const OWN: VitFamily = { modelType: "qkv_vit", className: "QkvVit", backbone: QKV_VIT_BACKBONE_NAMES };

/** The models of `@qkv/vit` by `model_type`. The first of a type is the default of a `config.json` without a class. */
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
    prefix: family.modelType,
    spares: { ...prefixed(VIT_SPARES, prefix), ...prefixed(POOLER, prefix), ...OTHER_HEADS },
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
    prefix: family.modelType,
    spares: { ...VIT_SPARES, ...HEADS, ...OTHER_HEADS },
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
    prefix: "swin",
    spares: { ...prefixed(SWIN_SPARES, prefix), ...(prefix === "" && HEADS), ...OTHER_HEADS },
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
