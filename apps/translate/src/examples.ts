/** A few texts in a language that a shipped model translates from, to begin with. */
export const EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  en: ["Where is the train station?", "A small dog is running through the snow.", "Do you know whose dog that is?"],
  fr: ["Où est la gare ?", "Un petit chien court dans la neige.", "Sais-tu à qui est ce chien ?"],
  ko: ["기차역이 어디예요?", "작은 개가 눈 속을 달리고 있어요.", "저게 누구 개인지 알아요?"],
};
