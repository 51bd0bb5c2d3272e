export {
  ATTENTION_KINDS,
  type AttentionKind,
  type AttentionRecord,
  type HeadMaps,
  type RecordImage,
} from "./attention/attentionRecord.ts";
export { attentionRollout } from "./attention/attentionRollout.ts";
export { averageHeads } from "./attention/averageHeads.ts";
export { filterWeights, type WeightFilter } from "./attention/filterWeights.ts";
export { imageRecord, type ImageWeights } from "./attention/imageRecord.ts";
export { type AttentionStage, type MatrixChoice, type SelectedMatrix, selectMatrix } from "./attention/selectMatrix.ts";
export { attentionPage, type AttentionPageOptions } from "./attentionPage.ts";
export { describeWeights, type WeightMatrix } from "./describeWeights.ts";
export { headView, type HeadViewData } from "./headView.ts";
export { heatMap, type HeatMapData } from "./heatMap.ts";
export { heatMapGrid, type HeatMapGridData } from "./heatMapGrid.ts";
export { lineChart, type LineChartData, type Series } from "./lineChart.ts";
export { modelView, type ModelViewData } from "./modelView.ts";
export { numberTable, type NumberTableData } from "./numberTable.ts";
export { numberThumbnail, type NumberThumbnailData } from "./numberThumbnail.ts";
export { pairedBars, type PairedBarsData } from "./pairedBars.ts";
export { signedHeatMap, type SignedHeatMapData } from "./signedHeatMap.ts";
export type { Theme } from "./svgDocument.ts";
export { terminalHeatMap } from "./terminalHeatMap.ts";
export { tokenTable, type TokenTableData } from "./tokenTable.ts";
export type { WeightGrid } from "./weightGrid.ts";
export { aboveUniform } from "./aboveUniform.ts";
export { type Color, heatColor } from "./heatColor.ts";
export { heatPixels, strongestPatches } from "./heatPixels.ts";
export { type OverlayOptions, overlayPixels, type PicturePixels, type RgbaPixels } from "./overlayPixels.ts";
export { patchOverlay, type PatchOverlayData } from "./patchOverlay.ts";
export type { PatchWeights } from "./patchWeights.ts";
export { printable } from "./printable.ts";
