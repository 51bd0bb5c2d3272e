export { ATTENTION_IN } from "./attention/attentionMessages.ts";
export { AttentionView } from "./attention/AttentionView.tsx";
