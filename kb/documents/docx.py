"""Word files (.docx): mammoth makes HTML of them, and that is written as lines like any page."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from xml.etree import ElementTree

from kb.documents.content import MAX_EXPANDED_BYTES, MAX_XML_BYTES, Content
from kb.errors import DataError

__all__ = ["read"]

_DC = "{http://purl.org/dc/elements/1.1/}"
_TERMS = "{http://purl.org/dc/terms/}"
_PROPERTIES = {  # element of docProps/core.xml: our key
    f"{_DC}title": "title",
    f"{_DC}creator": "author",
    f"{_DC}language": "language",
    f"{_TERMS}created": "created",
}
_OLE = b"\xd0\xcf\x11\xe0"  # how old Word files begin, and new ones with a password
_DOCTYPES = tuple("<!DOCTYPE".encode(encoding) for encoding in ("utf-8", "utf-16-le", "utf-16-be"))


def read(data: bytes) -> Content:
    """The text of the body, items with their markers, and the document's properties."""
    import mammoth

    if data.startswith(_OLE):
        raise DataError("is protected by a password, or an old .doc: open it in Word and save it as .docx")
    parts = _checked(data)
    result = mammoth.convert_to_html(
        _archive(
            (name, _names_of_styles(part) if name.endswith("styles.xml") else part)
            for name, part in parts.items()
        ),
        convert_image=mammoth.images.img_element(lambda image: {}),
        include_embedded_style_map=False,
    )
    from kb.documents.html import to_text

    return Content(to_text(result.value), metadata=_metadata(parts.get("docProps/core.xml", b"")))


def _checked(data: bytes) -> dict[str, bytes]:
    """The parts that are XML, by their names, after the whole archive was found harmless."""
    parts: dict[str, bytes] = {}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = archive.infolist()
        names = {member.filename for member in members}
        if "word/document.xml" not in names and "[Content_Types].xml" not in names:
            raise DataError("is a zipped file but no Word document")
        if sum(member.file_size for member in members) > MAX_EXPANDED_BYTES:
            raise DataError(f"expands to more than {MAX_EXPANDED_BYTES:,} bytes: no letter does")
        if sum(member.file_size for member in members if _is_xml(member)) > MAX_XML_BYTES:
            raise DataError(f"holds more than {MAX_XML_BYTES:,} bytes of text and styles: no letter does")
        for member in members:
            if member.flag_bits & 1:
                raise DataError("is protected by a password: save it without one")
            if _is_xml(member):
                # Word files may not have a document type declaration (ECMA-376, part 2, 8.2.5); it is only in
                # one that entities which expand without end could be declared.
                part = archive.read(member)
                if any(doctype in part for doctype in _DOCTYPES):
                    raise DataError(f"declares a document type in {member.filename}: no Word document does")
                parts[member.filename] = part
    return parts


def _names_of_styles(part: bytes) -> bytes:
    """The styles without what they look like: mammoth takes four times as long to read that as all the rest."""
    styles = ElementTree.fromstring(part)  # noqa: S314 - has no document type, so no entities
    styles[:] = [style for style in styles if style.tag.endswith("}style")]
    for style in styles:
        # A style of numbering says in its paragraph properties which numbering that is.
        numbering = any(key.endswith("}type") and value == "numbering" for key, value in style.items())
        asked_for = ("}name", "}pPr") if numbering else ("}name",)
        style[:] = [child for child in style if child.tag.endswith(asked_for)]
    return ElementTree.tostring(styles)


def _archive(parts: Iterable[tuple[str, bytes]]) -> io.BytesIO:
    """A Word document of those parts, given with their names."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, part in parts:
            archive.writestr(zipfile.ZipInfo(name), part)
    file.seek(0)
    return file


def _is_xml(member: zipfile.ZipInfo) -> bool:
    return member.filename.lower().endswith((".xml", ".rels"))


def _metadata(properties: bytes) -> dict[str, str]:
    metadata: dict[str, str] = {}
    if properties:
        for element in ElementTree.fromstring(properties):  # noqa: S314 - has no document type, so no entities
            key, value = _PROPERTIES.get(element.tag), " ".join((element.text or "").split())
            if key and value:
                metadata[key] = value[:10] if key == "created" else value
    return metadata
