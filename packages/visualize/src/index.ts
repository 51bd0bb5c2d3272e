export { heatMap, type HeatMapData } from "./heatMap.ts";
