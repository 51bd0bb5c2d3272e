import type { Messages } from "@qkv/app-shell";

/** What the page says. */
export const MESSAGES: Messages<{
  title: string;
  lead: string;
  drop: string;
  dropHint: string;
  pick: string;
  hub: string;
  kind: string;
  chat: string;
  text: string;
  say: string;
  sayHint: string;
  begin: string;
  beginHint: string;
  send: string;
  write: string;
  goOn: string;
  stop: string;
  anew: string;
  you: string;
  model: string;
  written: string;
  empty: string;
  needsModel: string;
  reading: (read: string, length: string) => string;
  writing: string;
  done: (tokens: string) => string;
  usage: (length: string, reused: string) => string;
  perSecond: (tokens: string) => string;
  speed: string;
  finishes: Record<"end" | "length" | "stopped", string>;
  unlikely: string;
  token: string;
  tokenHint: string;
  candidates: string;
  tokenName: (label: string, probability: string) => string;
  place: (place: string) => string;
  attention: string;
  kindOfAttention: string;
  looking: string;
  others: (count: string) => string;
  summed: (shown: string, others: string) => string;
  far: (most: string) => string;
  gone: string;
  busy: string;
  sampling: string;
  temperature: string;
  greedy: string;
  topP: string;
  maxTokens: string;
  seed: string;
  headers: string;
}> = {
  en: {
    title: "Write, and see how",
    lead: "Drop a language model here. It writes in your browser, token by token, and shows what it might have written and where every head looked.",
    drop: "Drop a .gguf file here",
    dropHint: "A Llama, Mistral, Qwen, Gemma or Phi, as llama.cpp and Ollama have them. The file stays on this device.",
    pick: "Choose a file …",
    hub: "Or open one of the hub, or a model folder, under Model below.",
    kind: "What the model does",
    chat: "Conversation",
    text: "Go on with a text",
    say: "Your message",
    sayHint: "Ask something",
    begin: "Beginning of the text",
    beginHint: "Once upon a time",
    send: "Send",
    write: "Write on",
    goOn: "Go on",
    stop: "Stop",
    anew: "Begin anew",
    you: "You",
    model: "Model",
    written: "What was written",
    empty: "What the model writes appears here.",
    needsModel: "Open a model first.",
    reading: (read, length) => `Reading ${read} of ${length} tokens …`,
    writing: "Writing …",
    done: (tokens) => `${tokens} tokens written`,
    usage: (length, reused) => `${length} tokens read, ${reused} of them kept from before`,
    perSecond: (tokens) => `${tokens} tokens/s`,
    speed: "Speed",
    finishes: {
      end: "The model ended here.",
      length: "No more tokens were allowed.",
      stopped: "Stopped.",
    },
    unlikely: "Underlined with dots: tokens that the model thought less likely than 10%.",
    token: "The token",
    tokenHint:
      "Point at a token, or go there by Tab and arrows, to see what else might have come. Choose it to see where the model looked.",
    candidates: "likeliest in its place",
    tokenName: (label, probability) => `${label} (${probability})`,
    place: (place) => `token ${place} of the text`,
    attention: "Where the model looked",
    kindOfAttention: "Before it wrote the token",
    looking: "Reading the text up to there …",
    others: (count) => `(${count} others)`,
    summed: (shown, others) =>
      `The ${shown} tokens that some head looked at most; the weights of ${others} others stand together in the last column.`,
    far: (most) => `Attention is shown for the first ${most} tokens of a text; this one is farther in.`,
    gone: "Another model wrote this: open that one to see where it looked.",
    busy: "Shown as soon as the model has written its text.",
    sampling: "Sampling",
    temperature: "Temperature",
    greedy: "always the likeliest",
    topP: "Top-p",
    maxTokens: "Most tokens",
    seed: "Seed",
    headers:
      "With more threads it is faster: let the server send Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp.",
  },
  ko: {
    title: "쓰고, 들여다보기",
    lead: "언어 모델을 여기에 놓으세요. 브라우저 안에서 토큰을 하나씩 쓰고, 무엇을 쓸 뻔했는지, 모든 헤드가 어디를 보았는지 보여 줍니다.",
    drop: ".gguf 파일을 여기에 놓으세요",
    dropHint:
      "llama.cpp와 Ollama에서 쓰는 Llama, Mistral, Qwen, Gemma, Phi 모델입니다. 파일은 이 기기를 떠나지 않습니다.",
    pick: "파일 고르기 …",
    hub: "허브의 모델이나 모델 폴더는 아래 ‘모델’에서 열 수 있습니다.",
    kind: "모델이 할 일",
    chat: "대화",
    text: "글 이어 쓰기",
    say: "보낼 말",
    sayHint: "무엇이든 물어보세요",
    begin: "글의 첫머리",
    beginHint: "옛날 옛적에",
    send: "보내기",
    write: "이어 쓰기",
    goOn: "더 쓰기",
    stop: "멈추기",
    anew: "새로 시작",
    you: "나",
    model: "모델",
    written: "쓴 글",
    empty: "모델이 쓰는 글이 여기에 나타납니다.",
    needsModel: "먼저 모델을 여세요.",
    reading: (read, length) => `토큰 ${length}개 중 ${read}개 읽는 중 …`,
    writing: "쓰는 중 …",
    done: (tokens) => `토큰 ${tokens}개를 썼습니다`,
    usage: (length, reused) => `읽은 토큰 ${length}개, 그중 ${reused}개는 이미 읽어 둔 것`,
    perSecond: (tokens) => `초당 ${tokens} 토큰`,
    speed: "속도",
    finishes: {
      end: "모델이 여기서 글을 맺었습니다.",
      length: "허용한 토큰을 다 썼습니다.",
      stopped: "멈췄습니다.",
    },
    unlikely: "점선 밑줄: 모델이 가능성을 10% 미만으로 본 토큰입니다.",
    token: "토큰",
    tokenHint:
      "토큰을 가리키거나 Tab과 화살표로 옮겨 가면 그 자리에 올 뻔한 토큰이 보입니다. 고르면 모델이 본 곳이 보입니다.",
    candidates: "그 자리에 가장 그럴듯한 토큰",
    tokenName: (label, probability) => `${label} (${probability})`,
    place: (place) => `글의 ${place}번째 토큰`,
    attention: "모델이 본 곳",
    kindOfAttention: "이 토큰을 쓰기 전",
    looking: "거기까지 글을 읽는 중 …",
    others: (count) => `(그 밖 ${count}개)`,
    summed: (shown, others) =>
      `어떤 헤드든 가장 많이 본 토큰 ${shown}개입니다. 나머지 ${others}개의 가중치는 마지막 열에 합쳐 두었습니다.`,
    far: (most) => `어텐션은 글의 처음 ${most}개 토큰까지만 보여 줍니다. 이 토큰은 더 뒤에 있습니다.`,
    gone: "다른 모델이 쓴 글입니다. 그 모델을 열면 본 곳을 볼 수 있습니다.",
    busy: "모델이 글을 다 쓰면 바로 보여 줍니다.",
    sampling: "샘플링",
    temperature: "온도",
    greedy: "항상 가장 그럴듯한 토큰",
    topP: "누적 확률(top-p)",
    maxTokens: "최대 토큰 수",
    seed: "시드",
    headers:
      "스레드를 여러 개 쓰면 더 빠릅니다. 서버가 Cross-Origin-Opener-Policy: same-origin과 Cross-Origin-Embedder-Policy: require-corp 헤더를 보내게 하세요.",
  },
};
