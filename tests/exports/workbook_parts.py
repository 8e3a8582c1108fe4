"""A workbook whose parts are written by hand, as no spreadsheet would."""

from __future__ import annotations

import io
import zipfile

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATION = '<Relationship Id="{id}" Type="{of}/{kind}" Target="{target}"/>'
PARTS = {
    "workbook": "xl/workbook.xml",
    "relations": "xl/_rels/workbook.xml.rels",
    "strings": "xl/strings.xml",
    "styles": "xl/styles.xml",
}


def made(sheet: str = "", *, head: str = "", **parts: str | bytes) -> bytes:
    """Give a workbook of parts that are written by hand."""
    relation = RELATION.format(id="r", of=OFFICE, kind="{}", target="{}")
    whole: dict[str, str | bytes] = {
        "_rels/.rels": f"<Relationships>{relation}</Relationships>".format(
            "officeDocument", "xl/workbook.xml"
        ),
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
        '<sheet name="A" sheetId="1" r:id="r"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": "<Relationships>"
        + relation.format("worksheet", "worksheets/sheet1.xml")
        + relation.format("sharedStrings", "/xl/strings.xml")
        + relation.format("styles", "styles.xml")
        + "</Relationships>",
        "xl/worksheets/sheet1.xml": f'{head}<worksheet xmlns="{MAIN}"><sheetData>'
        f"{sheet}</sheetData></worksheet>",
        "xl/strings.xml": f'<sst xmlns="{MAIN}"><si><t>one</t><rPh><t>wan</t></rPh>'
        "</si></sst>",
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}"><cellXfs><xf numFmtId="14"/>'
        "</cellXfs></styleSheet>",
    }
    whole |= {PARTS[name]: text for name, text in parts.items()}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in whole.items():
            packed.writestr(name, text)
    return out.getvalue()
