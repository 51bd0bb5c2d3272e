import type { Messages } from "@qkv/app-shell";
import type { CardName } from "./pages.ts";

/** What the page says. */
export const MESSAGES: Messages<{
  title: string;
  lead: string;
  pages: string;
  cards: Record<CardName, { title: string; text: string }>;
  documents: string;
  packages: string;
  packagesText: string;
}> = {
  en: {
    title: "Attention in your browser",
    lead: "QKV is attention and transformers for TypeScript: build, train, look inside and run them, in a page like this one or in Node.",
    pages: "Pages",
    cards: {
      tour: {
        title: "Learn how attention works",
        text: "A book whose figures you move and whose programs you change and run, from one query to a Transformer.",
      },
      translate: {
        title: "Translate",
        text: "English to French and back as you type, with where every head looked.",
      },
      classify: {
        title: "Tell what is in a picture",
        text: "Drop a picture or use the camera, see where the model looked, and teach it your own classes.",
      },
      generate: {
        title: "Let a language model write",
        text: "Drop a .gguf file: it writes token by token, and shows what it might have written instead.",
      },
      listen: {
        title: "Write down what is said",
        text: "Speak, or drop a recording: a Whisper writes it, with the time of each word.",
      },
      finetune: {
        title: "Train on lines of your own",
        text: "A classifier, an embedder or a small language model learns in the page, and goes home with you.",
      },
      microscope: {
        title: "Look inside a model",
        text: "Every head, what it would say at each layer, what each part adds, and what happens if you change it.",
      },
      guides: {
        title: "Guides",
        text: "How one thing is done: bundlers, workers, servers, fine-tuning, a model of your own, coming from Python.",
      },
      reference: {
        title: "Reference",
        text: "Every package and every export, and the programs of the tour with what they print and draw.",
      },
    },
    documents: "For those who program",
    packages: "In your own program",
    packagesText:
      "The pages are made of packages that you install. This is all that a translation or a classification needs:",
  },
  ko: {
    title: "브라우저 안의 어텐션",
    lead: "QKV는 TypeScript로 쓰는 어텐션과 트랜스포머입니다. 이런 페이지에서든 Node에서든 만들고, 학습하고, 들여다보고, 실행합니다.",
    pages: "페이지",
    cards: {
      tour: {
        title: "어텐션이 어떻게 움직이는지 배우기",
        text: "그림은 직접 움직이고 프로그램은 직접 고쳐서 실행하는 책입니다. 질의 하나에서 트랜스포머까지 갑니다.",
      },
      translate: {
        title: "번역하기",
        text: "입력하는 대로 영어와 프랑스어를 번역하고, 모든 헤드가 어디를 보았는지 보여 줍니다.",
      },
      classify: {
        title: "사진에 무엇이 있는지 알아보기",
        text: "사진을 놓거나 카메라를 쓰세요. 모델이 본 곳을 보고, 나만의 클래스를 가르칠 수 있습니다.",
      },
      generate: {
        title: "언어 모델에게 글을 쓰게 하기",
        text: ".gguf 파일을 놓으면 토큰을 하나씩 쓰고, 무엇을 쓸 뻔했는지도 보여 줍니다.",
      },
      listen: {
        title: "말을 받아 적기",
        text: "말하거나 녹음 파일을 놓으면 Whisper가 낱말마다 시간을 달아 받아 적습니다.",
      },
      finetune: {
        title: "내 글로 학습하기",
        text: "분류 모델, 임베딩 모델, 작은 언어 모델이 페이지 안에서 배우고, 그대로 가져갈 수 있습니다.",
      },
      microscope: {
        title: "모델 들여다보기",
        text: "모든 헤드, 층마다 내놓을 답, 부분마다 더하는 값, 그리고 바꾸면 어떻게 되는지를 봅니다.",
      },
      guides: {
        title: "가이드",
        text: "번들러, 워커, 서버, 미세 조정, 나만의 모델, Python에서 넘어오기까지 한 가지씩 하는 방법입니다. 영어로 되어 있습니다.",
      },
      reference: {
        title: "레퍼런스",
        text: "모든 패키지와 모든 export, 그리고 둘러보기의 프로그램과 그 출력과 그림입니다. 영어이고, 소개와 둘러보기는 한국어로도 있습니다.",
      },
    },
    documents: "프로그램을 쓰는 분께",
    packages: "직접 만드는 프로그램에서",
    packagesText: "이 페이지들은 누구나 설치할 수 있는 패키지로 만들었습니다. 번역이나 분류에는 이것이면 됩니다.",
  },
};
