/**
 * A web component that shows attention: layers and heads to pick, lines and a matrix.
 *
 * @module
 */
export { type Ablated, AttentionElement, defineAttentionElement, type HeadRef } from "./element/attentionElement.ts";
export type { PictureChoice } from "./element/attentionPicture.ts";
export { ATTENTION_MESSAGES, type AttentionMessages, type AttentionViewName } from "./element/messages.ts";
