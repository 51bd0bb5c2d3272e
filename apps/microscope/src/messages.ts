import type { Messages } from "@qkv/app-shell";
import type { HeadKind, SideName } from "@qkv/microscope";
import type { ViewName } from "./viewName.ts";

/** What the page says. */
export const MESSAGES: Messages<{
  title: string;
  lead: string;
  text: string;
  target: string;
  look: string;
  computing: string;
  stopped: string;
  again: string;
  empty: string;
  long: (tokens: string, most: string) => string;
  tokens: (count: string) => string;
  written: (count: string) => string;
  next: string;
  noLogits: string;
  view: string;
  views: Record<ViewName, { name: string; title: string; text: string }>;
  lacks: Record<"logits" | "tokenLogits", string>;
  layer: string;
  head: string;
  crossHead: string;
  attentionOf: string;
  attentions: Record<string, string>;
  side: string;
  sides: Record<SideName, string>;
  kindOfHead: string;
  kinds: Record<HeadKind, { name: string; text: string }>;
  scoredOn: string;
  thisText: string;
  twice: string;
  scoresLabel: (kind: string) => string;
  strongest: (layer: number, head: number, score: string) => string;
  showHead: string;
  noSuchKeys: string;
  allHeads: string;
  before: (layer: number) => string;
  output: string;
  token: string;
  against: string;
  nothing: string;
  sum: (total: string, embeddings: string, bias: string) => string;
  feedForward: string;
  biases: string;
  otherText: string;
  patch: string;
  patched: string;
  patches: Record<"residual" | "attention" | "feedForward" | "heads", string>;
  lengths: (base: string, source: string) => string;
  same: string;
  moves: (was: string, becomes: string, base: string, source: string) => string;
  divergence: (nats: string) => string;
  withHead: string;
  withoutHead: string;
  where: string;
  wholePass: string;
  columns: string;
  longFlow: (tokens: string, most: string) => string;
  more: string;
}> = {
  en: {
    title: "Look inside a model",
    lead: "Type a text and see what the model makes of it, layer by layer and head by head: where it looks, what it would say so far, and what happens if you change it.",
    text: "Text",
    target: "What the decoder has written so far",
    look: "Look",
    computing: "Computing …",
    stopped: "Stopped.",
    again: "Go on",
    empty: "There are no tokens in this text: type a word or more.",
    long: (tokens, most) =>
      `This text has ${tokens} tokens, and at most ${most} can be looked at here: shorten it. What was read before is still shown.`,
    tokens: (count) => `${count} tokens:`,
    written: (count) => `Decoder, ${count} tokens:`,
    next: "What the model would answer",
    noLogits: "This model has no output layer: it gives hidden states, and no answer.",
    view: "View",
    views: {
      heads: {
        name: "Heads",
        title: "What each head attends to",
        text: "Each square is a head; the darker, the more of its weight lies on keys of this kind.",
      },
      flow: {
        name: "Numbers",
        title: "The whole pass, down to its numbers",
        text: "Every step from the tokens to the answer, as it was computed. Open a layer, then a step: its numbers, and the line of code that makes them. Escape leads back.",
      },
      lens: {
        name: "Lens",
        title: "What the model would say so far",
        text: "The logit lens reads the residual stream before each layer through the last norm and the output layer, as if the model ended there. The darker, the surer.",
      },
      attribution: {
        name: "Attribution",
        title: "What each part adds to a token",
        text: "The logit is a sum: each head, each feed-forward and the embeddings add to it. Blue adds, red takes away.",
      },
      patching: {
        name: "Patching",
        title: "What moves the answer",
        text: "In each square one activation is that of another text. 1, full blue: the model then answers as it does to the other text.",
      },
      ablation: {
        name: "Ablation",
        title: "The answer without a head",
        text: "A head is switched off (its output is zero), and the model reads the text once more.",
      },
    },
    lacks: {
      logits: "This model has no output layer, so there is no answer to look at. Heads can be seen.",
      tokenLogits: "This model answers with labels, not with tokens, so this view has nothing to show.",
    },
    layer: "Layer",
    head: "Head",
    crossHead: "Cross",
    attentionOf: "Attention",
    attentions: {
      "encoder self": "Encoder to itself",
      "decoder self": "Decoder to itself",
      "decoder cross": "Decoder to the encoder",
    },
    side: "Stack",
    sides: { encoder: "Encoder", decoder: "Decoder" },
    kindOfHead: "Kind of head",
    kinds: {
      previousToken: { name: "Previous token", text: "Each query looks at the token before it." },
      currentToken: { name: "Same token", text: "Each query looks at itself." },
      firstToken: {
        name: "First token",
        text: "Each query looks at the first token, where a head rests that has nothing to do.",
      },
      duplicateToken: { name: "Duplicate", text: "Each query looks at the same token earlier in the text." },
      induction: {
        name: "Induction",
        text: "Each query looks at what came next the last time the present token was there, so the model can go on with what it has seen once.",
      },
    },
    scoredOn: "Scored on",
    thisText: "This text",
    twice: "Random tokens, twice",
    scoresLabel: (kind) => `Heads by layer: ${kind}`,
    strongest: (layer, head, score) => `Strongest: layer ${layer}, head ${head}, ${score} of its weight.`,
    showHead: "Show it",
    noSuchKeys: "No token comes twice in this text. Choose random tokens, twice.",
    allHeads: "Attention, head by head",
    before: (layer) => `before ${layer}`,
    output: "output",
    token: "Token",
    against: "less that of",
    nothing: "nothing",
    sum: (total, embeddings, bias) =>
      `${total} in all: embeddings ${embeddings}, biases at the end ${bias}, and the squares.`,
    feedForward: "FFN",
    biases: "Biases",
    otherText: "The other text",
    patch: "Patch",
    patched: "What is patched",
    patches: { residual: "Residual stream", attention: "Attention", feedForward: "Feed-forward", heads: "Heads" },
    lengths: (base, source) =>
      `Positions are compared, so both texts need as many tokens: the first has ${base}, the other ${source}.`,
    same: "The model gives both texts the same answer, so there is nothing to move: change a word that matters.",
    moves: (was, becomes, base, source) =>
      `Watched: the logit of ${becomes} less that of ${was}. It is ${base} for the text and ${source} for the other.`,
    divergence: (nats) => `Kullback-Leibler divergence from the whole model: ${nats} nats.`,
    withHead: "with the head",
    withoutHead: "without",
    where: "Where you are",
    wholePass: "Whole pass",
    columns: "Columns",
    longFlow: (tokens, most) =>
      `This text has ${tokens} tokens, and all numbers can be shown of at most ${most}: shorten it. The other views take it as it is.`,
    more: "All of it is a package, @qkv/microscope: its functions take and give plain arrays.",
  },
  ko: {
    title: "모델 들여다보기",
    lead: "문장을 입력하고 모델이 그것을 층마다, 헤드마다 어떻게 다루는지 보세요. 어디를 보는지, 지금까지라면 무엇이라 답할지, 바꾸면 어떻게 되는지 알 수 있습니다.",
    text: "문장",
    target: "디코더가 지금까지 쓴 것",
    look: "보기",
    computing: "계산하는 중 …",
    stopped: "중지했습니다.",
    again: "이어서 하기",
    empty: "이 문장에는 토큰이 없습니다. 한 단어라도 입력해 주세요.",
    long: (tokens, most) =>
      `이 문장은 토큰이 ${tokens}개인데 여기서는 ${most}개까지 볼 수 있습니다. 문장을 줄여 주세요. 앞서 읽은 것은 그대로 보입니다.`,
    tokens: (count) => `토큰 ${count}개:`,
    written: (count) => `디코더, 토큰 ${count}개:`,
    next: "모델이 내놓을 답",
    noLogits: "이 모델에는 출력층이 없어서 은닉 상태만 나오고 답은 나오지 않습니다.",
    view: "보기",
    views: {
      heads: {
        name: "헤드",
        title: "헤드마다 무엇을 보는가",
        text: "칸 하나가 헤드 하나입니다. 진할수록 그 종류의 키에 가중치를 많이 둡니다.",
      },
      flow: {
        name: "숫자",
        title: "숫자까지 보는 전체 계산",
        text: "토큰에서 답까지 모든 단계를 계산된 그대로 보여 줍니다. 층을 열고 단계를 열면 숫자와 그것을 만드는 코드 한 줄이 나옵니다. Esc를 누르면 되돌아갑니다.",
      },
      lens: {
        name: "렌즈",
        title: "지금까지라면 무엇이라 답할까",
        text: "로짓 렌즈는 각 층 앞의 잔차 흐름을 마지막 정규화와 출력층에 바로 넣어, 모델이 거기서 끝난 것처럼 읽습니다. 진할수록 확신합니다.",
      },
      attribution: {
        name: "기여도",
        title: "부분마다 토큰에 얼마를 더하는가",
        text: "로짓은 합입니다. 헤드와 피드포워드와 임베딩이 저마다 값을 더합니다. 파란색은 더하고 붉은색은 뺍니다.",
      },
      patching: {
        name: "패칭",
        title: "무엇이 답을 바꾸는가",
        text: "칸마다 활성값 하나를 다른 문장의 것으로 바꿉니다. 가장 진한 파란색, 곧 1이면 모델은 다른 문장에 하듯 답합니다.",
      },
      ablation: {
        name: "제거",
        title: "헤드 하나가 없을 때의 답",
        text: "헤드 하나를 끄고(출력을 0으로 두고) 모델이 문장을 다시 읽습니다.",
      },
    },
    lacks: {
      logits: "이 모델에는 출력층이 없어서 볼 답이 없습니다. 헤드는 볼 수 있습니다.",
      tokenLogits: "이 모델은 토큰이 아니라 레이블로 답하므로 여기에는 보여 줄 것이 없습니다.",
    },
    layer: "층",
    head: "헤드",
    crossHead: "교차",
    attentionOf: "어텐션",
    attentions: {
      "encoder self": "인코더에서 인코더로",
      "decoder self": "디코더에서 디코더로",
      "decoder cross": "디코더에서 인코더로",
    },
    side: "스택",
    sides: { encoder: "인코더", decoder: "디코더" },
    kindOfHead: "헤드의 종류",
    kinds: {
      previousToken: { name: "바로 앞 토큰", text: "질의마다 바로 앞의 토큰을 봅니다." },
      currentToken: { name: "자기 자신", text: "질의마다 자기 자신을 봅니다." },
      firstToken: { name: "첫 토큰", text: "질의마다 첫 토큰을 봅니다. 할 일이 없는 헤드는 여기서 쉽니다." },
      duplicateToken: { name: "같은 토큰", text: "질의마다 앞에 나온 같은 토큰을 봅니다." },
      induction: {
        name: "귀납",
        text: "질의마다 지금 토큰이 지난번에 나왔을 때 바로 뒤에 온 것을 봅니다. 그래서 모델은 한 번 본 것을 이어 쓸 수 있습니다.",
      },
    },
    scoredOn: "점수를 매기는 글",
    thisText: "이 문장",
    twice: "무작위 토큰 두 번",
    scoresLabel: (kind) => `층별 헤드: ${kind}`,
    strongest: (layer, head, score) => `가장 강한 헤드: 층 ${layer}, 헤드 ${head}, 가중치의 ${score}.`,
    showHead: "이 헤드 보기",
    noSuchKeys: "이 문장에는 두 번 나오는 토큰이 없습니다. ‘무작위 토큰 두 번’을 고르세요.",
    allHeads: "헤드별 어텐션",
    before: (layer) => `${layer}층 앞`,
    output: "출력",
    token: "토큰",
    against: "여기서 뺄 토큰",
    nothing: "없음",
    sum: (total, embeddings, bias) => `모두 ${total}: 임베딩 ${embeddings}, 끝의 편향 ${bias}, 그리고 아래 칸들입니다.`,
    feedForward: "FFN",
    biases: "편향",
    otherText: "다른 문장",
    patch: "바꿔 넣기",
    patched: "바꿔 넣을 것",
    patches: { residual: "잔차 흐름", attention: "어텐션", feedForward: "피드포워드", heads: "헤드" },
    lengths: (base, source) =>
      `위치끼리 비교하므로 두 문장의 토큰 수가 같아야 합니다. 첫 문장은 ${base}개, 다른 문장은 ${source}개입니다.`,
    same: "모델이 두 문장에 같은 답을 하므로 바꿀 것이 없습니다. 답을 가르는 낱말을 바꿔 보세요.",
    moves: (was, becomes, base, source) =>
      `지켜보는 값은 ${becomes}의 로짓에서 ${was}의 로짓을 뺀 것입니다. 이 문장에서는 ${base}, 다른 문장에서는 ${source}입니다.`,
    divergence: (nats) => `온전한 모델과의 쿨백-라이블러 발산: ${nats}나트.`,
    withHead: "헤드가 있을 때",
    withoutHead: "없을 때",
    where: "지금 있는 곳",
    wholePass: "전체 계산",
    columns: "열",
    longFlow: (tokens, most) =>
      `이 문장은 토큰이 ${tokens}개인데 숫자는 ${most}개까지 모두 보여 줄 수 있습니다. 문장을 줄여 주세요. 다른 화면에서는 그대로 볼 수 있습니다.`,
    more: "모두 @qkv/microscope 패키지에 있으며, 함수들은 평범한 배열을 주고받습니다.",
  },
};
