// Written by scripts/makeAbbreviations.mjs from cldr-segments-full@46.1.0, whose notice follows.
//
// UNICODE LICENSE V3
//
// COPYRIGHT AND PERMISSION NOTICE
//
// Copyright © 2004-2024 Unicode, Inc.
//
// NOTICE TO USER: Carefully read the following legal agreement. BY
// DOWNLOADING, INSTALLING, COPYING OR OTHERWISE USING DATA FILES, AND/OR
// SOFTWARE, YOU UNEQUIVOCALLY ACCEPT, AND AGREE TO BE BOUND BY, ALL OF THE
// TERMS AND CONDITIONS OF THIS AGREEMENT. IF YOU DO NOT AGREE, DO NOT
// DOWNLOAD, INSTALL, COPY, DISTRIBUTE OR USE THE DATA FILES OR SOFTWARE.
//
// Permission is hereby granted, free of charge, to any person obtaining a
// copy of data files and any associated documentation (the "Data Files") or
// software and any associated documentation (the "Software") to deal in the
// Data Files or Software without restriction, including without limitation
// the rights to use, copy, modify, merge, publish, distribute, and/or sell
// copies of the Data Files or Software, and to permit persons to whom the
// Data Files or Software are furnished to do so, provided that either (a)
// this copyright and permission notice appear with all copies of the Data
// Files or Software, or (b) this copyright and permission notice appear in
// associated Documentation.
//
// THE DATA FILES AND SOFTWARE ARE PROVIDED "AS IS", WITHOUT WARRANTY OF ANY
// KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF
// MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT OF
// THIRD PARTY RIGHTS.
//
// IN NO EVENT SHALL THE COPYRIGHT HOLDER OR HOLDERS INCLUDED IN THIS NOTICE
// BE LIABLE FOR ANY CLAIM, OR ANY SPECIAL INDIRECT OR CONSEQUENTIAL DAMAGES,
// OR ANY DAMAGES WHATSOEVER RESULTING FROM LOSS OF USE, DATA OR PROFITS,
// WHETHER IN AN ACTION OF CONTRACT, NEGLIGENCE OR OTHER TORTIOUS ACTION,
// ARISING OUT OF OR IN CONNECTION WITH THE USE OR PERFORMANCE OF THE DATA
// FILES OR SOFTWARE.
//
// Except as contained in this notice, the name of a copyright holder shall
// not be used in advertising or otherwise to promote the sale, use or other
// dealings in these Data Files or Software without prior written
// authorization of the copyright holder.
//
// SPDX-License-Identifier: Unicode-3.0

/** Words that a full stop follows within a sentence, without it, separated by spaces, by language. */
export const CLDR_ABBREVIATIONS: Readonly<Record<string, string>> = {
  de:
    "Abs Abt Abw Adj Adr Akt Allg App Apr Aug Ausg Ausschl Bed Ber Bibl Ca Chr Co Dat Dez Dim Dr Dtzd " +
    "Einh Erf Evtl Fa Feb Fn Folg Forts Frl Gebr Gem Geograph Ges Gesch Ggf Hbf Hptst Hr Hrn Hrsg Inc Ing " +
    "Inh Jahrh Jan Jr Kap Kfm Kl Konv Ltd Mio Mrd Msp Nov Nr Obj Okt Op Pfd Phys Prot Proz Qu Rd Reg Rep " +
    "Schr Sek Sep Sept Spezif St StR Std Str Tel Temp Tägl Urspr Ursprüngl Verf Vgl Wg Zt Ztr amtl beil " +
    "ehem eigtl einschl entspr erw ev evtl exkl frz gedr ggf ggfs hpts inkl jew jhrl kath kfm kgl mtl " +
    "möbl näml od röm schles schweiz schwäb sog südd tägl verw vgl zzgl österr",
  en:
    "Abs Adj Adv Alt Approx Aug Capt Col Comm Conn Cont Dec Dept Diff Ed Est Etc Exec Feb Fn Fri Hon.B.A " +
    "Jan Jun Lev Lt Lt.Cdr MR Maj Mar Mgr Min Misc Mr Mrs Ms Mt Nov Nr Num Op Org PP Phys Prof Pvt Rep " +
    "Rev Sep Sept Sgt Sq VS Var Yr exec pp vs",
  es:
    "Av Avda Col Comm Corp Cía Da Desc Dr Dra Drs Dto Dª Dña Emm Exc Excma Excmas Excmo Excmos Exma Exmas " +
    "Exmo Exmos Fr Id Ilma Ilmas Ilmo Ilmos Inc Lcda Lcdo Lda Ldo Lic Ltd Ltda Ltdo MM Mr Mrs Rdo Rdos " +
    "Rev Rvdmo Rvdmos Rvdo Rvdos Sdad Seg Sr Sra Sras Sres Srta Srtas Sta Sto Trab Var Vda abr afma afmas " +
    "afmo afmos ago bco cf cfr depto deptos dic doc dom dpto dptos dtor ed ej ene feb hnos jue jul jun " +
    "licda licdo lun mié ms mss mtro nov ntra ntro oct prof prov sept sras sres srs ss sáb trad vid vs",
  fr:
    "Inc Jr MM Op Prof acoust adr anc ann anon ap append aux av avr broch bull categ collab dest dict dim " +
    "dir déc encycl exempl févr gouv graph hôp illustr imm imprim indus janv jeu juil lun mar niv nov oct " +
    "publ quart réf sam sept symb synth syst trav ven voit éd édit équiv éval",
  it: "Cfr Geom Ing Ltd Sig ag avv div dott dr pag rag sez tab tav vol",
  pt:
    "Alm Av Dir Dr Dra Dras Drs Est Exma Exmo Fr Ilma Ilmo Jr Ltd Ltda Pe Sta Sto abr abrev adm aer ago " +
    "agric anat ap apart apt arit arqueol arquit astron autom aux biogr bras caps cel cf col comp compl " +
    "contab créd cx círc cód des desc dez dipl dir div doc déb ed educ elem eletr eletrôn end eng esp fac " +
    "fasc fem fev ff fil filos fisiol fl fot fr fís geom gram gên hist ind ingl jan jul jun jur lat lin " +
    "liter mai mat matem máq méd mús neol nov náut obs odont odontol org organiz pol pp pq prod prof " +
    "profa pron próx psicol pág quím rel relat rementente rep rod sociol séc símb tec tecnol tel trad " +
    "transp univ vol vs álg índ",
  ru: "авг апр дек кв нояб окт отд проф руб сент тел тыс ул февр янв",
};
