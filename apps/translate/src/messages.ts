import type { Messages } from "@qkv/app-shell";

/** What the page says. */
export const MESSAGES: Messages<{
  title: string;
  lead: string;
  direction: string;
  swap: string;
  source: string;
  target: string;
  placeholder: string;
  empty: string;
  translate: string;
  goOn: string;
  stop: string;
  clear: string;
  examples: string;
  old: string;
  unsure: string;
  unknown: string;
  beams: string;
  lengthPenalty: string;
  translating: string;
  progress: (done: string, total: string) => string;
  speed: string;
  perSecond: (tokens: string) => string;
  settings: string;
  alternatives: string;
  score: string;
  truncated: string;
  history: string;
  forget: string;
  noHistory: string;
  unkeptHistory: string;
  headers: string;
  attention: string;
  reading: string;
  without: string;
  same: string;
  restore: string;
}> = {
  en: {
    title: "Translate, and see how",
    lead: "A Transformer translates in your browser. Point at a sentence and look at every attention head that made it.",
    direction: "Direction",
    swap: "Translate back",
    source: "Text to translate",
    target: "Translation",
    placeholder: "Write or paste a text",
    empty: "The translation appears here.",
    translate: "Translate",
    goOn: "Go on",
    stop: "Stop",
    clear: "Clear",
    examples: "Try:",
    old: "In grey: the translation of the text before it was changed.",
    unsure: "Underlined with dots: the model itself thinks this unlikely to be right.",
    unknown: "In grey: left as it is, in letters that the model does not know.",
    beams: "Beams",
    lengthPenalty: "Length penalty",
    translating: "Translating …",
    progress: (done, total) => `${done} of ${total} sentences`,
    speed: "Speed",
    perSecond: (tokens) => `${tokens} tokens/s`,
    settings: "Search",
    alternatives: "Other ways to say it",
    score: "log-probability by token",
    truncated: "This sentence ran out of tokens; its end may be missing.",
    history: "History",
    forget: "Clear history",
    noHistory: "Nothing yet. What you translate is kept in this browser only.",
    unkeptHistory: "This browser has no room for the history: it lasts as long as this page.",
    headers:
      "With more threads it is faster: let the server send Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp.",
    attention: "Where the model looked",
    reading: "Reading the sentence once more …",
    without: "Switched off:",
    same: "No difference:",
    restore: "Switch all on again",
  },
  ko: {
    title: "번역하고, 들여다보기",
    lead: "트랜스포머가 브라우저 안에서 번역합니다. 문장을 고르면 그 문장을 만든 모든 어텐션 헤드를 볼 수 있습니다.",
    direction: "번역 방향",
    swap: "거꾸로 번역하기",
    source: "번역할 글",
    target: "번역",
    placeholder: "글을 쓰거나 붙여 넣으세요",
    empty: "번역 결과가 여기에 나타납니다.",
    translate: "번역하기",
    goOn: "이어서 번역",
    stop: "멈추기",
    clear: "지우기",
    examples: "써 보기:",
    old: "회색: 글을 고치기 전의 번역입니다.",
    unsure: "점선 밑줄: 모델 스스로 맞을 가능성이 낮다고 본 문장입니다.",
    unknown: "회색: 모델이 모르는 글자라서 그대로 두었습니다.",
    beams: "빔 개수",
    lengthPenalty: "길이 벌점",
    translating: "번역하는 중 …",
    progress: (done, total) => `${total}문장 중 ${done}문장`,
    speed: "속도",
    perSecond: (tokens) => `초당 ${tokens} 토큰`,
    settings: "탐색",
    alternatives: "다르게 말하면",
    score: "토큰당 로그 확률",
    truncated: "토큰이 모자라 이 문장의 끝이 빠졌을 수 있습니다.",
    history: "기록",
    forget: "기록 지우기",
    noHistory: "아직 없습니다. 번역한 글은 이 브라우저에만 남습니다.",
    unkeptHistory: "이 브라우저에 기록을 보관할 자리가 없어 페이지를 닫으면 사라집니다.",
    headers:
      "스레드를 여러 개 쓰면 더 빠릅니다. 서버가 Cross-Origin-Opener-Policy: same-origin과 Cross-Origin-Embedder-Policy: require-corp 헤더를 보내게 하세요.",
    attention: "모델이 본 곳",
    reading: "문장을 다시 읽는 중 …",
    without: "끈 것:",
    same: "차이 없음:",
    restore: "모두 다시 켜기",
  },
};
