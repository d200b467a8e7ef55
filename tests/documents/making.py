"""Makes the file of one letter in every format, with the programs people make such files with."""

from __future__ import annotations

import io
from email.message import EmailMessage
from html import escape
from pathlib import Path
from typing import Literal, NamedTuple

import docx
from fpdf import FPDF

__all__ = ["ARABIC", "ENGLISH", "FONTS", "LONG", "MAKERS", "Block", "arabic_font", "pdf"]


class Block(NamedTuple):
    """Lines printed together: of a paragraph, or the items of a list."""

    kind: Literal["lines", "numbered", "bulleted"]
    lines: tuple[str, ...]


ENGLISH = (
    Block("lines", ("4 March 2019",)),
    Block("lines", ("Ms. Ana Silva", "Secretary-General", "United Nations")),
    Block("lines", ("Open letter on the siege of Marrow",)),
    Block("lines", ("Excellency,",)),
    Block("lines", ("For three years nothing has reached the town of Marrow but shells.",)),
    Block("lines", ("We, the undersigned organisations, call on you to:",)),
    Block(
        "numbered",
        (
            "Open the bridge road to food and medicine under resolution 2165 (2014);",
            "Send observers to the bridge and publish what they see;",
            "Name those who stop the lorries.",
        ),
    ),
    Block("lines", ("Yours sincerely,",)),
    Block("bulleted", ("River Aid", "Doctors of the Hill (DH)", "The Lake Society")),
)
ARABIC = (
    Block("lines", ("4 آذار/مارس 2019",)),
    Block("lines", ("إلى السيدة الأمينة العامة للأمم المتحدة",)),
    Block("lines", ("تحية طيبة وبعد،",)),
    Block("lines", ("نحن المنظمات الموقعة أدناه نطالبكم بما يلي:",)),
    Block(
        "numbered",
        (
            "فتح طريق الجسر أمام الغذاء والدواء تنفيذاً للقرار 2165 (2014)؛",
            "إرسال مراقبين إلى الجسر ونشر ما يرونه؛",
            "الإفراج عن كل المعتقلين فوراً.",
        ),
    ),
    Block("lines", ("وتفضلوا بقبول فائق الاحترام",)),
    Block("bulleted", ("منظمة النهر للإغاثة", "أطباء التل (Doctors of the Hill)", "جمعية البحيرة")),
)
# Paragraphs and items that run over lines, a list that runs over a page.
LONG = (
    Block("lines", ("Genève, le 12 avril 2021",)),
    Block("lines", ("M. António Guterres", "Secrétaire général", "Organisation des Nations Unies")),
    Block("lines", ("Excellence,",)),
    Block(
        "lines",
        (
            "Voilà deux hivers que les villages de la vallée de l'Arne ne reçoivent plus ni farine, ni bois,"
            " ni médicaments, et que les écoles y restent fermées faute de chauffage ; nos équipes y ont"
            " compté, rue par rue, ce qui manque à chacun.",
        ),
    ),
    Block("lines", ("Nous, organisations soussignées, vous demandons de :",)),
    Block(
        "numbered",
        (
            "Obtenir la réouverture du col de l'Arne aux convois humanitaires, conformément à la résolution"
            " 2165 (2014) du Conseil de sécurité, et d'y faire passer sans attendre la farine qui se gâte"
            " dans les entrepôts de la plaine ;",
            "Garantir la sécurité du personnel médical qui monte à pied dans les villages ;",
            "Ouvrir une enquête indépendante sur les tirs qui ont visé, à trois reprises, le dispensaire"
            " du haut de la vallée, et en publier les conclusions.",
        ),
    ),
    Block("lines", ("Les femmes de la vallée doivent prendre part aux pourparlers.",)),
    Block("lines", ("Veuillez agréer, Excellence, l'expression de notre haute considération.",)),
    Block("lines", ("Signataires :",)),
    Block("numbered", tuple(f"Association des amis du village n° {n}" for n in range(1, 61))),
)
# Where fonts with Arabic letters are found on systems people use.
FONTS = (
    Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"),
    Path("/usr/share/fonts/dejavu-sans-fonts/DejaVuSans.ttf"),
    Path("/usr/share/fonts/TTF/DejaVuSans.ttf"),
    Path("/Library/Fonts/Arial Unicode.ttf"),
    Path("C:/Windows/Fonts/arial.ttf"),
)


def arabic_font() -> Path | None:
    """A font with Arabic letters, if this machine has one."""
    return next((font for font in FONTS if font.exists()), None)


def txt(blocks: tuple[Block, ...]) -> bytes:
    """Plain text."""
    return "\n\n".join("\n".join(_marked(block)) for block in blocks).encode()


def eml(blocks: tuple[Block, ...]) -> bytes:
    """An e-mail, encoded as mail programs do."""
    message = EmailMessage()
    message["From"] = "River Aid <letters@river.example>"
    message["Date"] = "Mon, 04 Mar 2019 10:00:00 +0100"
    message.set_content(txt(blocks).decode())
    return bytes(message)


def html(blocks: tuple[Block, ...]) -> bytes:
    """A web page with what surrounds a letter on one."""
    body = []
    for block in blocks:
        if block.kind == "lines":
            body.append("<p>" + "<br>\n".join(map(escape, block.lines)) + "</p>")
        else:
            tag = "ol" if block.kind == "numbered" else "ul"
            items = "".join(f"<li>{escape(line)}</li>\n" for line in block.lines)
            body.append(f"<{tag}>\n{items}</{tag}>")
    page = (
        "<!DOCTYPE html><html><head><meta charset=utf-8><title></title>"
        "<script>var hidden = 1</script></head><body>"
        "<nav><ul><li>Home</li></ul></nav><main>{}</main></body></html>"
    )
    return page.format("\n".join(body)).encode()


def word(blocks: tuple[Block, ...]) -> bytes:
    """A Word file, its lists numbered by Word."""
    document = docx.Document()
    styles = {"lines": "Normal", "numbered": "List Number", "bulleted": "List Bullet"}
    for block in blocks:
        lines = ("\n".join(block.lines),) if block.kind == "lines" else block.lines
        for line in lines:
            document.add_paragraph(line, style=styles[block.kind])
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def pdf(blocks: tuple[Block, ...]) -> bytes:
    """A PDF; right to left where the letter is."""
    arabic = blocks is ARABIC
    page = FPDF()
    page.add_page()
    if arabic:
        page.add_font("Arabic", "", arabic_font())
        page.set_font("Arabic", size=12)
        page.set_text_shaping(True)
    else:
        page.set_font("Helvetica", size=12)
    for block in blocks:
        for line in _marked(block):
            page.multi_cell(0, 6, line, align="R" if arabic else "L", new_x="LMARGIN", new_y="NEXT")
        page.ln(5)
    return bytes(page.output())


MAKERS = {".txt": txt, ".md": txt, ".html": html, ".docx": word, ".pdf": pdf, ".eml": eml}


def _marked(block: Block) -> list[str]:
    if block.kind == "numbered":
        return [f"{number}. {line}" for number, line in enumerate(block.lines, start=1)]
    return [("- " if block.kind == "bulleted" else "") + line for line in block.lines]
