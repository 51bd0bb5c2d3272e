import { ATTENTION_MESSAGES, type AttentionMessages } from "@qkv/visualize/element";
import type { Messages } from "../ui/language.ts";

/** What the attention view says. */
export const ATTENTION_IN: Messages<AttentionMessages> = {
  en: ATTENTION_MESSAGES,
  ko: {
    kind: "어텐션",
    kinds: { cross: "번역문에서 원문으로", encoder: "원문에서 원문으로", decoder: "번역문에서 번역문으로" },
    view: "보기",
    views: { lines: "선", matrix: "행렬", model: "모든 헤드", image: "이미지" },
    layer: "층",
    head: "헤드",
    mean: "평균",
    rollout: "롤아웃",
    stage: "값",
    stages: { weights: "소프트맥스", masked: "가린 점수", scores: "원래 점수" },
    threshold: "가중치 하한",
    top: "행마다 상위",
    all: "모두",
    token: "토큰 고정",
    headOff: "이 헤드 끄기",
    headOn: "이 헤드 켜기",
    tokens: "원문 토큰 끄기",
    save: "저장 형식",
    words: "글로 보기",
    sentence: (query, keys) =>
      keys.length === 0
        ? `${query}: 표시할 만큼 본 토큰이 없습니다`
        : `${query}: ${keys.map(([token, weight]) => `${token} (${weight})`).join(", ")}`,
    note: "어텐션은 모델이 어디를 보았는지 보여 줄 뿐, 왜 그렇게 답했는지를 설명하지는 않습니다.",
  },
};
