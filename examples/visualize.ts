import { heatMap } from "@qkv/visualize";

const svg = heatMap({
  rows: ["le", "chien"],
  columns: ["the", "dog"],
  values: [0.9, 0.1, 0.2, 0.8],
  title: "alignment",
});
console.log(svg);
