export { type Ablated, AttentionElement, defineAttentionElement, type HeadRef } from "./element/attentionElement.ts";
export { ATTENTION_MESSAGES, type AttentionMessages } from "./element/messages.ts";
