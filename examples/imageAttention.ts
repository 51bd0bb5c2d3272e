import { imageRecord } from "@qkv/visualize";
import { type AttentionElement, defineAttentionElement } from "@qkv/visualize/element";

// A picture in 2 x 2 patches. `readAttentions` of @qkv/vit gives such weights: here each of five tokens looks at the next.
const canvas = Object.assign(document.createElement("canvas"), { width: 8, height: 8 });
const image = { picture: canvas.toDataURL(), width: 8, height: 8, rows: 2, columns: 2 };
const values = Array.from({ length: 25 }, (_, at) => Number(at % 5 === (Math.floor(at / 5) + 1) % 5));
const record = imageRecord({ layers: 1, heads: 1, tokens: 5, values }, image);

defineAttentionElement();
const view = document.createElement("qkv-attention") as AttentionElement;
view.record = record;
view.choice = { ...view.choice, view: "image" };
document.body.append(view);
