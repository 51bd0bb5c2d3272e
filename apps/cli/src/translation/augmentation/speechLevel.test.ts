import { expect, test } from "vitest";
import { inCasualSpeech } from "./speechLevel.ts";

test.each([
  ["저는 학생이에요.", "나는 학생이야."],
  ["제 이름은 메리예요.", "내 이름은 메리야."],
  ["어제 학교에 갔어요?", "어제 학교에 갔어?"],
  ["물 좀 주세요.", "물 좀 줘."],
  ["걱정하지 마세요!", "걱정하지 마!"],
  ["괜찮죠?", "괜찮지?"],
  ["저도 몰라요", "나도 몰라"],
  ["그건 제 것이 아니에요.", "그건 내 것이 아니야."],
])("%s among friends is %s", (polite, casual) => {
  expect(inCasualSpeech(polite)).toBe(casual);
});

test.each([
  "안녕하세요.",
  "안녕하세요, 저는 톰이에요.",
  "어디 계세요?",
  "고마워요, 톰 씨.",
  "나는 학생이야.",
  "같이 갈까요?",
])("%s stays as it is", (text) => {
  expect(inCasualSpeech(text)).toBe(text);
});
