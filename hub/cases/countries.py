"""The three-letter codes of a passport: ISO 3166-1 and what ICAO 9303-3 section 5 adds."""

from __future__ import annotations

from functools import cache

from hub.wire import Words

# three letters, then the two by which CLDR knows the name
_ISO = """
ABWAW AFGAF AGOAO AIAAI ALAAX ALBAL ANDAD AREAE ARGAR ARMAM ASMAS ATAAQ ATFTF ATGAG AUSAU AUTAT
AZEAZ BDIBI BELBE BENBJ BESBQ BFABF BGDBD BGRBG BHRBH BHSBS BIHBA BLMBL BLRBY BLZBZ BMUBM BOLBO
BRABR BRBBB BRNBN BTNBT BVTBV BWABW CAFCF CANCA CCKCC CHECH CHLCL CHNCN CIVCI CMRCM CODCD COGCG
COKCK COLCO COMKM CPVCV CRICR CUBCU CUWCW CXRCX CYMKY CYPCY CZECZ DEUDE DJIDJ DMADM DNKDK DOMDO
DZADZ ECUEC EGYEG ERIER ESHEH ESPES ESTEE ETHET FINFI FJIFJ FLKFK FRAFR FROFO FSMFM GABGA GBRGB
GEOGE GGYGG GHAGH GIBGI GINGN GLPGP GMBGM GNBGW GNQGQ GRCGR GRDGD GRLGL GTMGT GUFGF GUMGU GUYGY
HKGHK HMDHM HNDHN HRVHR HTIHT HUNHU IDNID IMNIM INDIN IOTIO IRLIE IRNIR IRQIQ ISLIS ISRIL ITAIT
JAMJM JEYJE JORJO JPNJP KAZKZ KENKE KGZKG KHMKH KIRKI KNAKN KORKR KWTKW LAOLA LBNLB LBRLR LBYLY
LCALC LIELI LKALK LSOLS LTULT LUXLU LVALV MACMO MAFMF MARMA MCOMC MDAMD MDGMG MDVMV MEXMX MHLMH
MKDMK MLIML MLTMT MMRMM MNEME MNGMN MNPMP MOZMZ MRTMR MSRMS MTQMQ MUSMU MWIMW MYSMY MYTYT NAMNA
NCLNC NERNE NFKNF NGANG NICNI NIUNU NLDNL NORNO NPLNP NRUNR NZLNZ OMNOM PAKPK PANPA PCNPN PERPE
PHLPH PLWPW PNGPG POLPL PRIPR PRKKP PRTPT PRYPY PSEPS PYFPF QATQA REURE ROURO RUSRU RWARW SAUSA
SDNSD SENSN SGPSG SGSGS SHNSH SJMSJ SLBSB SLESL SLVSV SMRSM SOMSO SPMPM SRBRS SSDSS STPST SURSR
SVKSK SVNSI SWESE SWZSZ SXMSX SYCSC SYRSY TCATC TCDTD TGOTG THATH TJKTJ TKLTK TKMTM TLSTL TONTO
TTOTT TUNTN TURTR TUVTV TWNTW TZATZ UGAUG UKRUA UMIUM URYUY USAUS UZBUZ VATVA VCTVC VENVE VGBVG
VIRVI VNMVN VUTVU WLFWF WSMWS YEMYE ZAFZA ZMBZM ZWEZW
"""
_ICAO = {
    "D": Words(id="Jerman", en="Germany"),
    "GBD": Words(
        id="Warga wilayah seberang laut Britania", en="British Overseas Territories Citizen"
    ),
    "GBN": Words(id="Nasional Britania (seberang laut)", en="British National (Overseas)"),
    "GBO": Words(id="Warga seberang laut Britania", en="British Overseas Citizen"),
    "GBP": Words(id="Orang dalam perlindungan Britania", en="British Protected Person"),
    "GBS": Words(id="Kawula Britania", en="British Subject"),
    "RKS": Words(id="Kosovo", en="Kosovo"),
    "EUE": Words(id="Uni Eropa", en="European Union"),
    "UNO": Words(id="Perserikatan Bangsa-Bangsa", en="United Nations"),
    "UNA": Words(id="Badan khusus PBB", en="United Nations specialised agency"),
    "UNK": Words(id="Penduduk Kosovo (UNMIK)", en="Resident of Kosovo (UNMIK)"),
    "XBA": Words(id="Bank Pembangunan Afrika", en="African Development Bank"),
    "XIM": Words(id="Bank Ekspor-Impor Afrika", en="African Export-Import Bank"),
    "XCC": Words(id="Komunitas Karibia", en="Caribbean Community"),
    "XCE": Words(id="Dewan Eropa", en="Council of Europe"),
    "XCO": Words(id="COMESA", en="COMESA"),
    "XEC": Words(id="ECOWAS", en="ECOWAS"),
    "XPO": Words(id="Interpol", en="Interpol"),
    "XES": Words(
        id="Organisasi Negara Karibia Timur", en="Organization of Eastern Caribbean States"
    ),
    "XMP": Words(
        id="Majelis Parlementer Mediterania", en="Parliamentary Assembly of the Mediterranean"
    ),
    "XOM": Words(id="Ordo Malta", en="Sovereign Military Order of Malta"),
    "XDC": Words(
        id="Komunitas Pembangunan Afrika Selatan", en="Southern African Development Community"
    ),
    "XXA": Words(id="Tanpa kewarganegaraan", en="Stateless person"),
    "XXB": Words(id="Pengungsi", en="Refugee"),
    "XXC": Words(
        id="Pengungsi, selain Konvensi 1951", en="Refugee, other than the 1951 Convention"
    ),
    "XXX": Words(id="Kewarganegaraan tidak disebut", en="Unspecified nationality"),
    "UTO": Words(id="Utopia (spesimen ICAO)", en="Utopia (ICAO specimen)"),
}

_TWO_LETTERS = {pair[:3]: pair[3:] for pair in _ISO.split()}
CODES = frozenset(_TWO_LETTERS) | frozenset(_ICAO)
INDONESIA = "IDN"


def is_state(code: str) -> bool:
    """Say whether `code` may stand as nationality or issuing state of a passport."""
    return code in CODES


@cache
def state_name(code: str) -> Words | None:
    """Return the name of a state by its code on a passport, or None."""
    if code in _ICAO:
        return _ICAO[code]
    two = _TWO_LETTERS.get(code)
    if two is None:
        return None
    from babel import Locale  # a hub loads it, 5 MB, with the first name that is shown

    return Words(id=Locale("id").territories[two], en=Locale("en").territories[two])
