import type { Json } from "../json/configValue.ts";
import type { PostProcessorConfig } from "../postProcessors/createPostProcessor.ts";
import { templateProcessing } from "../postProcessors/template.ts";
import {
  metaspacePipeline,
  spacedPipeline,
  type SpecialTokenOf,
  type TokenizerClass,
  withoutRuns,
} from "./pipelineParts.ts";
import { plainSpecial, type TokenFlags } from "./sideFiles.ts";

/** mBART's languages. */
export const MBART_CODES = listOf(
  "ar_AR cs_CZ de_DE en_XX es_XX et_EE fi_FI fr_XX gu_IN hi_IN it_IT ja_XX kk_KZ ko_KR lt_LT lv_LV my_MM ne_NP " +
    "nl_XX ro_RO ru_RU si_LK tr_TR vi_VN zh_CN",
);

/** Those of mBART-50 that mBART lacks. */
export const MBART50_CODES = listOf(
  "af_ZA az_AZ bn_IN fa_IR he_IL hr_HR id_ID ka_GE km_KH mk_MK ml_IN mn_MN mr_IN pl_PL ps_AF pt_XX sv_SE sw_KE " +
    "ta_IN te_IN th_TH tl_XX uk_UA ur_PK xh_ZA gl_ES sl_SI",
);

const NLLB_CODES =
  "ace_Arab ace_Latn acm_Arab acq_Arab aeb_Arab afr_Latn ajp_Arab aka_Latn amh_Ethi apc_Arab arb_Arab ars_Arab " +
  "ary_Arab arz_Arab asm_Beng ast_Latn awa_Deva ayr_Latn azb_Arab azj_Latn bak_Cyrl bam_Latn ban_Latn bel_Cyrl " +
  "bem_Latn ben_Beng bho_Deva bjn_Arab bjn_Latn bod_Tibt bos_Latn bug_Latn bul_Cyrl cat_Latn ceb_Latn ces_Latn " +
  "cjk_Latn ckb_Arab crh_Latn cym_Latn dan_Latn deu_Latn dik_Latn dyu_Latn dzo_Tibt ell_Grek eng_Latn epo_Latn " +
  "est_Latn eus_Latn ewe_Latn fao_Latn pes_Arab fij_Latn fin_Latn fon_Latn fra_Latn fur_Latn fuv_Latn gla_Latn " +
  "gle_Latn glg_Latn grn_Latn guj_Gujr hat_Latn hau_Latn heb_Hebr hin_Deva hne_Deva hrv_Latn hun_Latn hye_Armn " +
  "ibo_Latn ilo_Latn ind_Latn isl_Latn ita_Latn jav_Latn jpn_Jpan kab_Latn kac_Latn kam_Latn kan_Knda kas_Arab " +
  "kas_Deva kat_Geor knc_Arab knc_Latn kaz_Cyrl kbp_Latn kea_Latn khm_Khmr kik_Latn kin_Latn kir_Cyrl kmb_Latn " +
  "kon_Latn kor_Hang kmr_Latn lao_Laoo lvs_Latn lij_Latn lim_Latn lin_Latn lit_Latn lmo_Latn ltg_Latn ltz_Latn " +
  "lua_Latn lug_Latn luo_Latn lus_Latn mag_Deva mai_Deva mal_Mlym mar_Deva min_Latn mkd_Cyrl plt_Latn mlt_Latn " +
  "mni_Beng khk_Cyrl mos_Latn mri_Latn zsm_Latn mya_Mymr nld_Latn nno_Latn nob_Latn npi_Deva nso_Latn nus_Latn " +
  "nya_Latn oci_Latn gaz_Latn ory_Orya pag_Latn pan_Guru pap_Latn pol_Latn por_Latn prs_Arab pbt_Arab quy_Latn " +
  "ron_Latn run_Latn rus_Cyrl sag_Latn san_Deva sat_Beng scn_Latn shn_Mymr sin_Sinh slk_Latn slv_Latn smo_Latn " +
  "sna_Latn snd_Arab som_Latn sot_Latn spa_Latn als_Latn srd_Latn srp_Cyrl ssw_Latn sun_Latn swe_Latn swh_Latn " +
  "szl_Latn tam_Taml tat_Cyrl tel_Telu tgk_Cyrl tgl_Latn tha_Thai tir_Ethi taq_Latn taq_Tfng tpi_Latn tsn_Latn " +
  "tso_Latn tuk_Latn tum_Latn tur_Latn twi_Latn tzm_Tfng uig_Arab ukr_Cyrl umb_Latn urd_Arab uzn_Latn vec_Latn " +
  "vie_Latn war_Latn wol_Latn xho_Latn ydd_Hebr yor_Latn yue_Hant zho_Hans zho_Hant zul_Latn";

/** The special tokens of fairseq's translators. */
const FAIRSEQ = {
  eos_token: "</s>",
  unk_token: "<unk>",
  sep_token: "</s>",
  pad_token: "<pad>",
  cls_token: "<s>",
  mask_token: "<mask>",
};

/** Classes of translators between many languages, each of which a special token names beside the source. */
export const LANGUAGE_CLASSES: Readonly<Record<string, TokenizerClass>> = {
  MBartTokenizer: {
    model: "Unigram",
    special: { bos_token: "<s>", ...FAIRSEQ },
    flags: maskFlags,
    pipeline: () => metaspacePipeline(null, "always", 3),
    postProcessor: (config, special) => languageTemplate(special, config.at("src_lang").stringOr("en_XX"), "last"),
    additional: (_, given = []) => withCodes(given, MBART_CODES),
  },
  MBart50Tokenizer: {
    model: "Unigram",
    special: FAIRSEQ,
    flags: maskFlags,
    oneOf: [...MBART_CODES, ...MBART50_CODES],
    pipeline: (_, __, charsMap) => spacedPipeline(withoutRuns(charsMap), { unk_id: 3, byte_fallback: false }),
    postProcessor: (config, special) => languageTemplate(special, config.at("src_lang").stringOr("en_XX"), "first"),
    additional: (_, given = []) => [...given, ...[...MBART_CODES, ...MBART50_CODES].map(plainSpecial)],
  },
  NllbTokenizer: {
    model: "BPE",
    isOfWholeFiles: true,
    special: { bos_token: "<s>", ...FAIRSEQ },
    flags: (field) => (field === "mask_token" ? { lstrip: true, normalized: true } : {}),
    pipeline: (_, special, charsMap) =>
      spacedPipeline(charsMap === undefined ? null : withoutRuns(charsMap), {
        unk_token: special("unk_token")[0],
        fuse_unk: true,
        byte_fallback: false,
      }),
    postProcessor: (config: Json, special) => {
      const isLegacy = config.at("legacy_behaviour").booleanOr(false);
      return languageTemplate(special, config.at("src_lang").stringOr("eng_Latn"), isLegacy ? "last" : "first");
    },
    additional: (_, given) => given ?? listOf(NLLB_CODES).map(plainSpecial),
  },
};

/** The flags of a mask, which takes the space before it. */
export function maskFlags(field: string): Partial<TokenFlags> {
  return field === "mask_token" ? { lstrip: true } : {};
}

/** A text with the token of its language before it, or behind the end token. */
function languageTemplate(special: SpecialTokenOf, language: string, place: "first" | "last"): PostProcessorConfig {
  const [[code, codeId], [eos, eosId]] = [special(language), special("eos_token")];
  const around = (text: string) => (place === "first" ? `${code} ${text} ${eos}` : `${text} ${eos} ${code}`);
  return templateProcessing({
    single: around("$A"),
    pair: around("$A $B"),
    specialTokens: { [code]: codeId, [eos]: eosId },
  });
}

function withCodes(given: readonly TokenFlags[], codes: readonly string[]): TokenFlags[] {
  return [...codes.map(plainSpecial), ...given.filter(({ content }) => !codes.includes(content))];
}

function listOf(codes: string): string[] {
  return codes.split(" ");
}
