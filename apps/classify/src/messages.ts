import { formatCount, type Messages } from "@qkv/app-shell";
import type { ExampleName } from "./examples.ts";

/** A place in the grid of patches, counted from 1. */
export interface Place {
  readonly row: number;
  readonly column: number;
}

/** What the page says. */
interface Words {
  readonly title: string;
  readonly lead: string;
  readonly drop: string;
  readonly pick: string;
  readonly photograph: string;
  readonly examples: { readonly title: string; readonly names: Readonly<Record<ExampleName, string>> };
  readonly pictures: string;
  readonly show: (name: string) => string;
  readonly remove: (name: string) => string;
  readonly waiting: string;
  readonly sure: (label: string) => string;
  readonly probably: (label: string) => string;
  readonly unsure: (label: string) => string;
  readonly knows: (count: number) => string;
  readonly onlyThese: string;
  /** What a model that ships was trained on. */
  readonly wants: Readonly<Record<string, string>>;
  readonly allClasses: string;
  readonly model: string;
  readonly took: string;
  readonly saliency: {
    readonly title: string;
    readonly off: string;
    readonly rollout: string;
    readonly evidence: string;
    readonly head: string;
    readonly layer: string;
    readonly headNumber: string;
    readonly meanOfHeads: string;
    readonly field: string;
    readonly most: (places: string) => string;
    readonly mostOf: (patch: Place, places: string) => string;
    readonly place: (place: Place, share: string) => string;
    readonly above: (places: string) => string;
    readonly even: string;
    readonly evenOf: (patch: Place) => string;
    readonly hint: string;
    readonly note: string;
  };
  readonly camera: Readonly<Record<"view" | "take" | "stop" | "close", string>>;
  readonly training: {
    readonly title: string;
    readonly summary: string;
    readonly lead: string;
    readonly className: (number: number) => string;
    readonly placeholder: (number: number) => string;
    readonly addPictures: string;
    readonly photograph: string;
    readonly addClass: string;
    readonly removeClass: (name: string) => string;
    readonly removePicture: (name: string) => string;
    readonly count: (count: number) => string;
    readonly missing: Readonly<Record<"names" | "twins" | "pictures", string>>;
    readonly start: string;
    readonly reading: string;
    readonly learning: string;
    readonly of: (done: number, total: number) => string;
    readonly done: (labels: string) => string;
    readonly download: string;
    readonly downloadHint: string;
  };
}

/** What the page says, in each language. */
export const MESSAGES: Messages<Words> = {
  en: {
    title: "What is in the picture?",
    lead: "A Vision Transformer answers in your browser, shows where it looked, and learns classes of your own.",
    drop: "Drop pictures here, or paste one",
    pick: "Choose pictures",
    photograph: "Take a photo",
    examples: {
      title: "Try:",
      names: { ship: "A ship", airplane: "An airplane", shirt: "A shirt", trousers: "Trousers" },
    },
    pictures: "Pictures",
    show: (name) => `Show ${name}`,
    remove: (name) => `Remove ${name}`,
    waiting: "Looking …",
    sure: (label) => label,
    probably: (label) => `Probably ${label}`,
    unsure: (label) => `Not sure. Perhaps ${label}?`,
    knows: (count) => `This model knows ${formatCount(count)} things`,
    onlyThese: "It takes everything for one of them, however little it looks like it.",
    wants: {
      cifar10: "It was trained on small colour photographs, 32\u00a0x\u00a032\u00a0pixels, of one of them each.",
      "fashion-mnist":
        "It wants pictures like those it was trained on: one piece of clothing, grey, bright on black, 28\u00a0x\u00a028\u00a0pixels. Other pictures are made so, and what lies on a light ground it mostly takes for a bag.",
    },
    allClasses: "All that it knows",
    model: "Model",
    took: "Last answer",
    saliency: {
      title: "Where it looked",
      off: "Picture",
      rollout: "All layers",
      evidence: "For the answer",
      head: "One head",
      layer: "Layer",
      headNumber: "Head",
      meanOfHeads: "mean",
      field: "Patches of the picture. Arrow keys choose one and show where it looked; Escape lets go.",
      most: (places) => `Most of it: ${places}.`,
      mostOf: ({ row, column }, places) => `The patch in row ${row}, column ${column} looked at: ${places}.`,
      place: ({ row, column }, share) => `row ${row}, column ${column} (${share})`,
      above: (places) => `More than an even share: ${places}.`,
      even: "It is even: no place stands out.",
      evenOf: ({ row, column }) => `The patch in row ${row}, column ${column} looked evenly: no place stands out.`,
      hint: "Point at a patch, or move with the arrow keys, to see where that one looked.",
      note: "Bright is where the model took more than an even share of its numbers from. That is not yet why it answered.",
    },
    camera: { view: "Camera", take: "Take the photo", stop: "Stop the camera", close: "Close" },
    training: {
      title: "Teach it your own",
      summary: "a few pictures for each class",
      lead: "Name two or more classes and give a few pictures of each. What the model already sees stays; a new last layer learns to tell your classes apart, on this device.",
      className: (number) => `Name of class ${number}`,
      placeholder: (number) => (number === 1 ? "my mug" : number === 2 ? "my keys" : `class ${number}`),
      addPictures: "Add pictures",
      photograph: "Camera",
      addClass: "Another class",
      removeClass: (name) => `Remove class ${name}`,
      removePicture: (name) => `Remove ${name}`,
      count: (count) => (count === 1 ? "1 picture" : `${formatCount(count)} pictures`),
      missing: {
        names: "Every class needs a name.",
        twins: "Two classes have the same name.",
        pictures: "Every class needs at least one picture; five or more are better.",
      },
      start: "Teach",
      reading: "Looking at the pictures …",
      learning: "Learning …",
      of: (done, total) => `${formatCount(done)} of ${formatCount(total)}`,
      done: (labels) => `It now tells these apart: ${labels}. Try it: drop a picture it has not seen.`,
      download: "Download the model",
      downloadHint: "A Hugging Face model folder as a zip. Unpack it and open the folder here, or with qkv classify.",
    },
  },
  ko: {
    title: "사진 속에 무엇이 있나요?",
    lead: "비전 트랜스포머가 브라우저 안에서 답하고, 어디를 보았는지 보여 주며, 나만의 분류도 배웁니다.",
    drop: "사진을 끌어다 놓거나 붙여 넣으세요",
    pick: "사진 고르기",
    photograph: "사진 찍기",
    examples: { title: "예시:", names: { ship: "배", airplane: "비행기", shirt: "셔츠", trousers: "바지" } },
    pictures: "사진들",
    show: (name) => `${name} 보기`,
    remove: (name) => `${name} 지우기`,
    waiting: "보는 중 …",
    sure: (label) => label,
    probably: (label) => `아마도 ${label}`,
    unsure: (label) => `확실하지 않습니다. 혹시 ${label}?`,
    knows: (count) => `이 모델이 아는 것은 ${formatCount(count)}가지입니다`,
    onlyThese: "무엇을 보여 주든, 전혀 닮지 않았더라도, 그중 하나로 답합니다.",
    wants: {
      cifar10: "그중 하나씩이 담긴 작은 컬러 사진(32\u00a0x\u00a032픽셀)으로 배웠습니다.",
      "fashion-mnist":
        "배울 때와 같은 사진이 알맞습니다. 옷 한 점을 검은 바탕에 밝게 담은 28\u00a0x\u00a028픽셀 흑백 사진입니다. 다른 사진은 흑백으로 작게 바꾸며, 밝은 바탕에 놓인 것은 대개 가방으로 봅니다.",
    },
    allClasses: "아는 것 모두 보기",
    model: "모델",
    took: "최근 응답",
    saliency: {
      title: "어디를 보았나요",
      off: "사진",
      rollout: "모든 층",
      evidence: "답의 근거",
      head: "헤드 하나",
      layer: "층",
      headNumber: "헤드",
      meanOfHeads: "평균",
      field: "사진의 패치입니다. 화살표 키로 하나를 골라 어디를 보았는지 확인하고, Esc 키로 해제합니다.",
      most: (places) => `가장 많이 본 곳: ${places}.`,
      mostOf: ({ row, column }, places) => `${row}행 ${column}열의 패치가 본 곳: ${places}.`,
      place: ({ row, column }, share) => `${row}행 ${column}열(${share})`,
      above: (places) => `고른 몫보다 많은 곳: ${places}.`,
      even: "고르게 퍼져 있습니다. 눈에 띄는 곳이 없습니다.",
      evenOf: ({ row, column }) => `${row}행 ${column}열의 패치는 고르게 보았습니다. 눈에 띄는 곳이 없습니다.`,
      hint: "패치를 가리키거나 화살표 키로 옮기면 그 패치가 어디를 보았는지 보입니다.",
      note: "밝은 곳은 모델이 고른 몫보다 많은 값을 가져온 곳입니다. 그것이 곧 답의 이유는 아닙니다.",
    },
    camera: { view: "카메라", take: "찍기", stop: "카메라 끄기", close: "닫기" },
    training: {
      title: "직접 가르치기",
      summary: "분류마다 사진 몇 장",
      lead: "둘 이상의 분류에 이름을 붙이고 각각 사진을 몇 장씩 넣으세요. 모델이 이미 보는 법은 그대로 두고, 마지막 층만 새로 배워 분류를 구별합니다. 모두 이 기기에서 이루어집니다.",
      className: (number) => `분류 ${number}의 이름`,
      placeholder: (number) => (number === 1 ? "내 컵" : number === 2 ? "내 열쇠" : `분류 ${number}`),
      addPictures: "사진 넣기",
      photograph: "카메라",
      addClass: "분류 추가",
      removeClass: (name) => `분류 ${name} 지우기`,
      removePicture: (name) => `${name} 지우기`,
      count: (count) => `사진 ${formatCount(count)}장`,
      missing: {
        names: "모든 분류에 이름이 있어야 합니다.",
        twins: "이름이 같은 분류가 있습니다.",
        pictures: "분류마다 사진이 한 장 이상 있어야 합니다. 다섯 장 이상이면 더 좋습니다.",
      },
      start: "가르치기",
      reading: "사진을 보는 중 …",
      learning: "배우는 중 …",
      of: (done, total) => `${formatCount(total)} 중 ${formatCount(done)}`,
      done: (labels) => `이제 이것들을 구별합니다: ${labels}. 아직 보여 주지 않은 사진을 넣어 보세요.`,
      download: "모델 내려받기",
      downloadHint: "Hugging Face 모델 폴더를 zip으로 받습니다. 압축을 풀어 여기서 열거나 qkv classify로 여세요.",
    },
  },
};
