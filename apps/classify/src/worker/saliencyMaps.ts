import {
  decodeImage,
  type HeadRef,
  explainPrediction,
  type PatchMap,
  preprocessImages,
  type Region,
  visibleRegion,
} from "@qkv/vit";
import { aboveUniform, heatPixels, type RgbaPixels, strongestPatches } from "@qkv/visualize";
import type { OpenClassifier } from "./openClassifier.ts";

/** Which saliency maps a picture has. */
export interface SaliencyShape {
  /** How many heads each layer has. */
  readonly heads: readonly number[];
  /** Whether all layers together make one map. */
  readonly hasRollout: boolean;
  /** The part of the picture that the model saw. */
  readonly region: Region;
}

/** Which map of the picture is wanted; `patch` is the one whose own attention is asked for. */
export type SaliencyRequest =
  | { readonly kind: "rollout"; readonly patch?: number | undefined }
  | ({ readonly kind: "head"; readonly patch?: number | undefined } & HeadRef)
  | { readonly kind: "evidence"; readonly label: number };

/** A patch that stands out. */
export interface StrongPatch {
  /** Counted row by row from 0. */
  readonly patch: number;
  /** Of all weight. */
  readonly share: number;
  /** How far it is above an even share, counted in even shares. */
  readonly above: number;
}

/** A map as the page shows it: what is above an even share. */
export interface Heat {
  readonly rows: number;
  readonly columns: number;
  /** A pixel for each patch. */
  readonly pixels: RgbaPixels;
  /** Where most of it is; empty where no place stands out. */
  readonly strongest: readonly StrongPatch[];
}

/** Explains the model's prediction for a picture, and keeps the maps for {@link heatOf}. */
export async function explain(open: OpenClassifier, file: Blob): Promise<SaliencyShape> {
  const { model, imageProcessor } = open.classifier;
  const picture = await decodeImage(file);
  const seen = await explainPrediction(model, preprocessImages([picture], imageProcessor));
  open.saliency = seen;
  return {
    heads: seen.heads,
    hasRollout: seen.rollout !== undefined,
    region: visibleRegion(picture, imageProcessor),
  };
}

/** One map of the picture that was explained last. */
export async function heatOf(open: OpenClassifier, request: SaliencyRequest): Promise<Heat> {
  const map = await mapOf(open, request);
  const above = aboveUniform(map);
  const strongest = strongestPatches(map).map((one) => ({ ...one, above: above.values[one.patch] ?? 0 }));
  return {
    rows: map.rows,
    columns: map.columns,
    pixels: heatPixels(above),
    strongest: strongest.filter(({ above }) => above > 0),
  };
}

async function mapOf({ saliency }: OpenClassifier, request: SaliencyRequest): Promise<PatchMap> {
  if (saliency === undefined) throw new Error("expected a picture that was explained, got none");
  if (request.kind === "evidence") return saliency.classSaliency(request.label);
  if (request.kind === "head") return saliency.head(request, request.patch);
  if (saliency.rollout === undefined) throw new Error("expected a model whose layers make one map, got one of windows");
  return saliency.rollout(request.patch);
}
