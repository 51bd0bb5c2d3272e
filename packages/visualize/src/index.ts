export { describeWeights, type WeightMatrix } from "./describeWeights.ts";
export { headView, type HeadViewData } from "./headView.ts";
export { heatMap, type HeatMapData } from "./heatMap.ts";
export { heatMapGrid, type HeatMapGridData } from "./heatMapGrid.ts";
export { lineChart, type LineChartData, type Series } from "./lineChart.ts";
export { modelView, type ModelViewData } from "./modelView.ts";
export type { Theme } from "./svgDocument.ts";
export { terminalHeatMap } from "./terminalHeatMap.ts";
export type { WeightGrid } from "./weightGrid.ts";
