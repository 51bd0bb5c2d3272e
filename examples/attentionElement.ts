import type { AttentionRecord } from "@qkv/visualize";
import { type AttentionElement, defineAttentionElement } from "@qkv/visualize/element";

// One layer with one head: [layers, heads, queries, keys]. `sentenceAttention` of @qkv/pretrained gives such a record.
const head = (weights: number[]) => ({ shape: [1, 1, 2, 2], weights }) as const;
const record: AttentionRecord = {
  ...{ source: ["the", "dog"], target: ["le", "chien"], read: ["</s>", "le"] },
  ...{ cross: head([0.9, 0.1, 0.2, 0.8]), encoder: head([0.6, 0.4, 0.5, 0.5]), decoder: head([1, 0, 0.3, 0.7]) },
};

defineAttentionElement();
const view = document.createElement("qkv-attention") as AttentionElement;
view.record = record;
document.body.append(view);
