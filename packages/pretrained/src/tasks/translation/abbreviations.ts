import { CLDR_ABBREVIATIONS } from "./cldrAbbreviations.ts";

/** Abbreviations missing in CLDR's lists, and languages without a list there. */
const MORE: Readonly<Record<string, string>> = {
  // Titles and names of saints and mountains, for all languages; and the only list for an unknown language.
  und: "Mr Mrs Ms Dr Prof St Mt Gen Sen Rep Lt Col Capt Rev Hon Jr Sr vs MM Mme Mlle Hr cf vol Vol",
  cs: "např tj tzv tzn resp str čís sv dr prof doc ing mgr obr odst sp zn pí ev",
  da: "bl dvs evt fx hr fr nr kl ca dr prof ing civ sml ang inkl ekskl mio mia tlf st",
  de: "bzw ca Bd Bde Hl Hll Mag Med Dipl Prof Nrn Ph St Jh Jhd Jhdt Anm Abb Abschn Aufl Univ Verl",
  en: "approx dept ed eds est Vols vols ver Messrs Mmes Mlle Sra Gov Pres Supt Adm Cmdr Cpl Maj Brig Msgr Fr Ave Blvd Rd Ste cf ca viz al Ph Atty Bros Cie Inc Ltd Oct Apr Mon Tue Tues Wed Thu Thur Thurs Jul",
  es: "Sres Ud Uds Vd Vds pág págs núm núms art arts aprox tel tfno vol vols cap caps Gral Gob Pdte Prof Arq Ing",
  fi: "esim mm ts tri toht prof dr ns nk klo nro puh vrt",
  fr: "Dr Drs Pr Me Mgr Mlles Mmes St Ste Cie chap vol art pp tél env bd boul cf réf hab",
  hu: "dr ifj id kb ill pl ún sz vö özv prof",
  it: "Sigg sigg sig Sig.ra Sig.na Dott Dott.ssa dott.ssa Prof prof Prof.ssa prof.ssa Avv Arch cap capp pagg es ecc St pp tel gen feb mag giu lug ott nov dic",
  nb: "bl dvs evt hr fr nr kl ca dr prof ing jf tlf inkl ekskl mill",
  nl: "dhr mevr mw dr drs prof ing ir mr bijv bv blz nr nrs vgl incl excl ca vnl zgn resp jl str evt jr sr St tel afb hfst",
  pl: "np tzn tzw prof dr hab inż mgr płk gen ul al pl str godz tel pn św nr ok por ks",
  pt: "Sr Sra Srs Sras Srta núm nº aprox Prof Profa Eng Arq Gen Cel art arts cap caps fls min",
  ro: "dl dna dr prof str nr art cap jud lt gen col pct",
  ru: "г т ч д н э р стр гл рис табл ул пр просп пл обл млн млрд см ср напр акад доц г-н г-жа св",
  sv: "bl dvs ev hr fr nr kl ca dr prof ing jfr inkl exkl milj tel resp st",
  tr: "Dr Prof Doç Av Sn No Cad Sok Mah Apt Alb Gen Öğr Yrd yy",
  uk: "м р с т ім вул див рис табл обл млн млрд проф акад св просп",
};

/** Words that are abbreviations only before a number: `No. 4`. */
const NUMBERED: Readonly<Record<string, string>> = {
  und: "No Nos no nos Nr Art art Fig fig figs p pp",
  cs: "č",
  en: "Ch ch Sec sec Pt pt Par para",
  fr: "n nᵒ",
  it: "n",
  pl: "poz",
};

/** Languages that write an ordinal with a full stop: `am 3. Oktober`. */
const ORDINALS = new Set("bs cs da de et eu fi fo hr hu is lb lv nb nn no pl sk sl sr tr".split(" "));

/**
 * Whether a sentence does not end where Unicode's rules, which have no abbreviations, cut: after an abbreviation,
 * an initial, a list's number or an ordinal, or in an address.
 *
 * @param sentence the sentence that would end, with the white space after it
 * @param next the sentence that would begin
 * @param locale the language of both
 */
export function endsAmiss(sentence: string, next: string, locale?: string): boolean {
  const said = sentence.trimEnd();
  if (said.length === sentence.length) return IN_ADDRESS.test(said);
  if (!/^[^\S\n\v\f\r\u2028\u2029]+$/.test(sentence.slice(said.length))) return false;
  if (said.length < 20 && LIST_NUMBER.test(said)) return true;
  const [, word = ""] = /([^\s("'«“„‘[]+)\.$/u.exec(said.slice(-40)) ?? [];
  if (word === "I" && locale?.startsWith("en")) return false;
  if (INITIALS.test(word) || SPACED.test(said.slice(-9))) return true;
  const { always, numbered, ordinals } = abbreviationsOf(locale);
  if (/^\d{1,2}$/.test(word)) return ordinals;
  // At its beginning a sentence has a capital letter.
  const written = said.trimStart().length > word.length + 1 ? word : word.charAt(0).toLowerCase() + word.slice(1);
  return always.has(word) || always.has(written) || (numbered.has(word) && /^\p{N}/u.test(next));
}

/** A word that begins as addresses of the web do. */
const IN_ADDRESS = /(?:^|\s)(?:https?:\/\/|www\.)\S*$/i;

/** All of a sentence: `1.`, `(2.3.`, `b.`, `iv.` */
const LIST_NUMBER = /^\s*[([]?(?:\d{1,3}(?:\.\d{1,3})*|[\p{Lu}a-z]|[ivxlc]{2,5}|[IVXLC]{2,5})\.$/u;

/** A letter, or several with full stops between one or two of them: `J`, `e.g`, `Ph.D`, without the last. */
const INITIALS = /^(?:\p{Lu}(?:-\p{Lu})?|[a-z]|\p{L}{1,2}(?:\.-?\p{L}{1,2})+)$/u;

/** The same with spaces: `p. ex.`, `v. Chr.` */
const SPACED = /(?:^|\s)\p{L}\.\s\p{L}{1,3}\.$/u;

interface Abbreviations {
  readonly always: ReadonlySet<string>;
  readonly numbered: ReadonlySet<string>;
  readonly ordinals: boolean;
}

const known = new Map<string, Abbreviations>();

function abbreviationsOf(locale = "und"): Abbreviations {
  const [language = "und"] = locale.toLowerCase().split("-");
  const found = known.get(language) ?? readLists(language);
  known.set(language, found);
  return found;
}

function readLists(language: string): Abbreviations {
  const name = language === "no" || language === "nn" ? "nb" : language;
  const words = (...lists: readonly (string | undefined)[]) => new Set(lists.flatMap((list) => list?.split(" ") ?? []));
  return {
    always: words(MORE["und"], MORE[name], CLDR_ABBREVIATIONS[name]),
    numbered: words(NUMBERED["und"], NUMBERED[name]),
    ordinals: ORDINALS.has(name),
  };
}
