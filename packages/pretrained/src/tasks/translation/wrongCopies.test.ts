import { expect, test } from "vitest";
import { correctionOf } from "./wrongCopies.ts";

test.each([
  ["Write to said@a.ca.", "Écris à sid@a.ca.", "Écris à said@a.ca"],
  ["See blog.fr/a#set.", "Voir blog.fr/a# pos.", "Voir blog.fr/a#set"],
  ["Call +33 3 51 76 86 60 now", "Appelle le +33 51 76 86 60", "Appelle le +33 3 51 76 86 60"],
  ["in 1789, in room 12345", "en 1798, salle 12345", "en 1789"],
])("puts a copy in the place of a wrong one: %s", (source, translation, beginning) => {
  expect(correctionOf(source, translation, false)).toEqual({ beginning, isName: false });
});

test.each([
  ["Write to said@a.ca.", "Écris-lui."], // left out: nothing says where it belongs
  ["Write to said@a.ca.", "Écris à said@a.ca."],
  ["Call 555 123 4567", "Écris à a@b.fr"],
  ["I saw Ann", "J'ai vu Bob"],
  ["12345 people", "사람 1만 2345 명"],
  ["", ""],
])("leaves a translation without a wrong copy: %s, %s", (source, translation) => {
  expect(correctionOf(source, translation, false)).toBeUndefined();
});

test("names may be corrected as well", () => {
  const correction = { beginning: "As-tu vu William", isName: true };
  expect(correctionOf("Did you see William today?", "As-tu vu Shiam aujourd'hui ?", true)).toEqual(correction);
  expect(correctionOf("from Raj Hakchanmas.", "de Raj Hakchan.", true)?.beginning).toBe("de Raj Hakchanmas");
  expect(correctionOf("Did you see her?", "As-tu vu Shiam ?", true)).toBeUndefined();
  expect(correctionOf("We met Ann in Bern.", "Nous avons vu Ann à Bern.", true)).toBeUndefined();
});
