"""The demands of a letter: points of lists that are asked for, and sentences that ask.

A list is one of demands only if what leads it in asks for something. What `requests` says of each sentence is
put together here with where it stands: under which lead-in, in which point of a list, after which demand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import takewhile
from typing import NamedTuple

from kb.extraction.language import Language, any_language, words
from kb.extraction.layout import Block, Layout
from kb.extraction.lines import last_printed
from kb.extraction.points import (
    Point,
    inline_marks,
    list_end,
    marker_of,
    numbered_anew,
    points_of,
    succeeds,
)
from kb.extraction.reading import Reading
from kb.extraction.requests import Prose, Sentence, Verdict, cut, judge, lead_verdict, opening_act, shape
from kb.extraction.wordings import Zone, is_prose
from kb.extraction.zones import Zones
from kb.letter import Demand, Explicitness, Span

__all__ = ["Demands", "asking_part", "find_demands"]

# What a point is that nothing leads in but that is an imperative.
_UNLED = Verdict("explicit", "call", 0.6, 0)
# A list of so many points, of which such a part asks somewhere, is one of demands.
_LEAST_ASKED = 3
_PART_ASKED = 0.6
# Longer points (code points, on average) are numbered paragraphs.
_LONGEST_ASKED = 450
# Capital Roman numbers mark sections.
_ROMAN = frozenset("IVX")
_MADE = frozenset(("explicit", "implicit"))
# Paragraphs after "as follows:" that are points of a list without markers: no more, no longer (code points).
_MOST_PARAGRAPHS = 15
_LONGEST_PARAGRAPH = 1200
_LONGEST_POINT = 300
_LONGEST_LABEL = 120
_SHORT_LEAD = 60
_RUN_IN = 24
# The subject of a sentence stands within so many words; so many stand between it and its verb at most.
_SUBJECT = 12
_ADVERBS = 4
# A demand of more code points may tell facts too.
_LONG_DEMAND = 500
# As much as is read of a block or a point of which only the beginning matters, in code points.
_HEAD = 200
# So many paragraphs that ask in the third person are a row of acts.
_LEAST_ACTS = 2
# The longest title, and the least that stands under one (code points).
_LONGEST_TITLE = 90
_LEAST_UNDER_TITLE = 35
_TITLE_ENDS = frozenset(".!?؟:;,،؛…")
# What a point is about, before what it says.
_LABEL = re.compile(r"[^\W\d_][^.!?؟:;,،؛\n]{2,50}: +\S")
# A paragraph has no more beside a quotation that is all of it.
_BESIDE = 60
# Somebody else's words, over several sentences.
_QUOTATION = re.compile(r"“[^“”]{40,}”|«[^«»]{40,}»")
_STRAIGHT = re.compile(r"\"[^\"]*\"")
_LEAST_QUOTED = 40
_MARKS_BEFORE = re.compile(r"\*{1,3}$|_{2,3}$")
_MARKS_AFTER = re.compile(r"\*{1,3}|_{2,3}")
_CLOSING = {"“": "”", "«": "»", '"': '"'}


class Demands(NamedTuple):
    """What a letter demands, and what it only reports, both in order."""

    made: tuple[Demand, ...]
    reported: tuple[Demand, ...]


def find_demands(zones: Zones, prose: Prose) -> Demands:
    """Find the demands in the body of a letter."""
    layout = zones.layout
    reader = _Reader(layout, prose)
    reader.read_preface([block for block in zones.blocks("heading") if is_prose(layout, block)])
    # A closing formula may have a sentence with it; no list goes on into it.
    for zone in ("body", "closing"):
        reader.read(list(_blocks(zones, zone)))
    reader.found.sort(key=lambda found: found[0])
    return Demands(tuple(reader.made()), tuple(reader.reported()))


def _blocks(zones: Zones, zone: Zone) -> Iterator[Block]:
    """Give the blocks of a zone; one with the salutation in it, from the line after that."""
    for block in zones.layout.blocks:
        of_line = zones.of_line[block.first : block.last + 1]
        if of_line[0] == zone:
            yield block
        elif of_line[-1] == zone and "salutation" in of_line:
            first = block.first + of_line.index(zone)
            start = zones.layout.lines[first].content
            lines = tuple(line for line in block.lines if line.start >= start)
            yield block._replace(content=Span(start, block.content.end), lines=lines, first=first)


def asking_part(text: str, language: Language) -> str:
    """Give what tells the subject of a demand: of a long one its first sentence and those that ask.

    `text` is the demand's reading text. Points of lists may go on to tell what happened.
    """
    sentences = cut(text, language) if len(text) > _LONG_DEMAND else ()
    if len(sentences) < 2:
        return text
    asking = (sentence.text for sentence in sentences[1:] if judge(sentence) is not None)
    return " ".join([sentences[0].text, *asking])


class _Reader:
    """Goes through the blocks of a letter and gathers what is asked."""

    def __init__(self, layout: Layout, prose: Prose) -> None:
        self.layout = layout
        self.text = layout.text
        self.prose = prose
        self.found: list[tuple[Span, Verdict, str | None]] = []
        # The verdict on the last sentence, for what goes on with it ("That …", "First, …").
        self.previous: Verdict | None = None
        # The word with which the last sentence began that went on with what was asked: others may after it.
        self.row: str | None = None
        # Who asks in the points of the next list, whose lead-in names them only ("The League: - asks for …").
        self.subject = ""
        # What the lists under titles are that nothing else leads in, as a sentence before all of them said.
        self.announced: Verdict | None = None
        # Whether the points of a list began with verbs in the third person: others may after it ("Calls on …").
        self.acting = False
        # The sentences so far, the last of which may speak of the signatories in the third person.
        self.spoken: list[Sentence] = []

    def made(self) -> Iterator[Demand]:
        return (self._demand(*found) for found in self.found if found[1].level != "reported")

    def reported(self) -> Iterator[Demand]:
        return (self._demand(*found) for found in self.found if found[1].level == "reported")

    def _demand(self, span: Span, verdict: Verdict, item: str | None) -> Demand:
        level: Explicitness = "explicit" if verdict.level == "explicit" else "implicit"
        return Demand(
            self.text[span.start : span.end], span, level, verdict.force, item, certainty=verdict.certainty
        )

    def add(self, span: Span, verdict: Verdict, item: str | None = None) -> None:
        if verdict.level != "told":
            self.found.append((_with_marks(self.text, span), verdict, item))

    def head(self, span: Span) -> Sentence:
        """The beginning of a block or a point."""
        return self.prose.sentence(self.text[span.start : min(span.end, span.start + _HEAD)])

    # ------------------------------------------------------------------------------------------- blocks

    def read(self, blocks: Sequence[Block]) -> None:
        """Read all blocks of the body, lists with what leads them in."""
        lead: Verdict | None = None
        number = 0
        while number < len(blocks):
            if blocks[number].kind == "item":
                stop = list_end(self.text, blocks, number, self.goes_on)
                points = points_of(self.text, blocks[number:stop])
                if self.subject:
                    self.read_acts(points)
                else:
                    led = number > 0 and last_printed(self.text, blocks[number - 1].content) == ":"
                    self.read_list(points, lead if lead or led else self.announced)
                self.previous = None
                number = stop
            elif (stop := self.acts_in_a_row(blocks, number)) > number:
                self.read_acts([Point(None, 0, block.content, (block,)) for block in blocks[number:stop]])
                lead, number = None, stop
            else:
                lead, number = self.read_prose(blocks, number, lead)

    def read_preface(self, blocks: Iterable[Block]) -> None:
        """Read what is printed over the salutation: what must be done counts, what readers are asked doesn't."""
        for block in blocks:
            reading = self.layout.reading(block)
            if any_language("title", "subjects").match(reading.text):
                continue
            for sentence in self.prose.sentences(reading.text):
                verdict = judge(sentence)
                if verdict is not None and verdict.level == "implicit":
                    self.add(reading.span(sentence.start, sentence.end), verdict)

    def read_prose(
        self, blocks: Sequence[Block], number: int, lead: Verdict | None
    ) -> tuple[Verdict | None, int]:
        """Read a paragraph; give the lead-in that holds after it, and the number of the next block."""
        block = blocks[number]
        following = blocks[number + 1] if number + 1 < len(blocks) else None
        reading = self.layout.reading(block)
        if inline := self.inline_list(reading, following):
            return inline if following and following.kind == "item" else None, number + 1
        sentences = self.prose.sentences(reading.text)
        if not sentences:
            return lead, number + 1
        last = sentences[-1]
        listed = following is not None and following.kind == "item"
        if (over := self.title_over_labels(blocks, number, last)) is not None:
            self.previous = None
            return over, number + 1
        if lead is None and following and not listed and self.is_title(block, following):
            return None, number + 1
        if not _leads_in(last.text, listed):
            if not (block.kind == "heading" and lead):
                lead = None
            if listed:
                lead = self.full_lead(last)
                if lead and last.has("leads.counts"):
                    sentences = sentences[:-1]
            elif self.has_title(blocks, number + 1):
                self.announced = self.full_lead(last) or self.announced
            elif (stop := self.labelled_end(blocks, number + 1)) and (verdict := self.full_lead(last)):
                self.read_sentences(reading, sentences[:-1])
                for point in blocks[number + 1 : stop]:
                    self.add(point.content, verdict)
                self.previous = None
                return None, stop
            self.read_sentences(reading, sentences)
            return lead, number + 1
        verdict = lead_verdict(last)
        if verdict is None and following is not None and self.shared_by(last, blocks, number + 1):
            # "The undersigned organisations: - condemn …; - call on …; - demand …"
            self.read_sentences(reading, sentences[:-1])
            self.previous = None
            if not listed:
                stop = self.acts_end(blocks, number + 1)
                self.read_acts(
                    [Point(None, 0, point.content, (point,)) for point in blocks[number + 1 : stop]]
                )
                return None, stop
            return None, number + 1
        if verdict is None and following is not None and self.quotes(last, following):
            # "A report says: “We recommend …”"
            self.read_sentences(reading, sentences[:-1])
            return None, number + 2
        titled = following is not None and listed and self.is_title(block, following)
        label = titled or self.is_label(last, block.kind)
        if verdict is None and lead is not None and len(sentences) == 1 and label:
            return lead, number + 1
        # "We ask you to act, because: - …": what is asked stands in the lead-in alone.
        asks = verdict is not None and verdict.level == "told" and self.asks(last) and not _points_on(last)
        self.read_sentences(reading, sentences if asks else sentences[:-1])
        if (
            verdict is None
            and self.goes_on_asking()
            and len(last.text) <= _SHORT_LEAD
            and last.text.endswith(":")
            and not last.has("needs_not.others_say")
            and not last.begins_with("no_imperative")
        ):
            # "We urge you to act. In particular:"
            verdict = self.previous
        if verdict is None or verdict.level == "told" or listed:
            self.previous = None
            return verdict, number + 1
        beyond = blocks[number + 2] if number + 2 < len(blocks) else None
        if following and beyond and beyond.kind == "item" and self.is_title(following, beyond):
            return verdict, number + 1
        stop = self.paragraphs_end(blocks, number + 1)
        if stop == number + 1:
            if following is not None and self.is_label(self.head(following.content), following.kind):
                return verdict, stop
            self.read_sentences(reading, sentences[-1:])
            return None, stop
        for point in self.titled_points(blocks[number + 1 : stop]):
            self.previous = verdict._replace(at=-1)
            if self.head(point.content).begins_with("ordinals"):
                inner = self.layout.reading(point)
                self.read_sentences(inner, self.prose.sentences(inner.text))
            else:
                self.add(point.content, verdict)
        self.previous = verdict
        return None, stop

    def quotes(self, lead: Sentence, following: Block) -> bool:
        """Tell whether a paragraph is what somebody else said, as the lead-in before it tells or its marks do."""
        if _is_quotation(self.layout.reading(following).text):
            return True
        return following.kind == "paragraph" and lead.has("leads.quotes") and not lead.has("cues.subject")

    def is_title(self, block: Block, following: Block) -> bool:
        """Tell a title from a sentence: a short line without a full stop, over a paragraph or a list."""
        end = block.content.end
        if block.kind == "item" or block.last > block.first or end - block.content.start > _LONGEST_TITLE:
            return False
        title = self.layout.reading(block).text.rstrip()
        if title[-1:] in _TITLE_ENDS:
            return False
        if words(title)[-1:] and words(title)[-1] in self.prose.language.folded("words", "conjunctions"):
            return False
        if following.kind == "item":
            return True
        over = following.content.end - following.content.start
        return over > _LEAST_UNDER_TITLE and last_printed(self.text, following.content) in ".!?؟:"

    def has_title(self, blocks: Sequence[Block], number: int) -> bool:
        """Tell whether block `number` is a title with a paragraph below it."""
        return number + 1 < len(blocks) and self.is_title(blocks[number], blocks[number + 1])

    def title_over_labels(self, blocks: Sequence[Block], number: int, title: Sentence) -> Verdict | None:
        """Give what a title asks that stands over lists with a label each: "What we expect / From the Mayor: - …"."""
        if number + 2 >= len(blocks) or blocks[number + 2].kind != "item" or len(title.text) > _LONGEST_TITLE:
            return None
        label = blocks[number + 1]
        if label.kind == "item" or last_printed(self.text, label.content) != ":":
            return None
        if not self.is_label(self.head(label.content), label.kind) or title.text[-1:] in _TITLE_ENDS:
            return None
        verdict = lead_verdict(title)
        return verdict if verdict is not None and verdict.level == "explicit" else None

    def titled_points(self, blocks: Sequence[Block]) -> Iterator[Block]:
        """Give paragraphs that are points, each with the title over it."""
        title: Block | None = None
        for number, block in enumerate(blocks):
            if title is None and number + 1 < len(blocks) and self.is_title(block, blocks[number + 1]):
                title = block
                continue
            if title is not None:
                content = Span(title.content.start, block.content.end)
                block = block._replace(content=content, lines=(*title.lines, *block.lines))
                title = None
            yield block

    def shared_by(self, lead: Sentence, blocks: Sequence[Block], start: int) -> bool:
        """Tell whether a lead-in is the subject of the points after it: its words and those of one are a request.

        Then `subject` is that lead-in. A lead-in that doesn't name the signatories must go with the first point.
        """
        subject = lead.text.rstrip(" :：,،")
        listed = blocks[start].kind == "item"
        stop = list_end(self.text, blocks, start, self.goes_on) if listed else self.acts_end(blocks, start)
        ours = lead.has("cues.by_name") or self.prose.names.within(lead.words)
        if not listed and not ours:
            return False
        points = [block for block in blocks[start:stop] if not listed or block.kind == "item"]
        self.subject = subject
        asks = any(self.act(self.head(point.content)) for point in points[: None if ours else 1])
        self.subject = subject if asks and (ours or not lead.has("needs_not.others_say")) else ""
        return bool(self.subject)

    def act(self, point: Sentence) -> Verdict | None:
        """Give what a point asks whose subject is `subject`, or nowhere near; its verb must come at once."""
        if not self.subject:
            return opening_act(point)
        if point.cues("performs"):
            # "- We recommend …" has a subject of its own.
            return None
        before = len(words(self.subject))
        sentence = self.prose.sentence(f"{self.subject} {point.text}")
        verdict = judge(sentence)
        if verdict is None or not before <= verdict.at <= before + _ADVERBS:
            return None
        if verdict.level == "reported":
            # "The Platform: - demands …" is hardly ever said of others, if it tells of now.
            asked = any(cue.first == verdict.at for cue in sentence.cues("asked"))
            return None if asked else verdict._replace(level="explicit")
        return verdict

    def acts_end(self, blocks: Sequence[Block], start: int) -> int:
        """Tell where the paragraphs end that are points without markers: all but the last end like points."""
        number = start
        while number < min(len(blocks), start + _MOST_PARAGRAPHS):
            block = blocks[number]
            if block.kind != "paragraph" or block.content.end - block.content.start > _LONGEST_PARAGRAPH:
                break
            number += 1
            if last_printed(self.text, block.content) not in ";؛,،":
                break
        return number if number > start + 1 else start

    def acts_in_a_row(self, blocks: Sequence[Block], start: int) -> int:
        """Tell where paragraphs end that are one long sentence, whose verbs ask: "The League, … Demands …; Asks …"."""
        stop = self.acts_end(blocks, start)
        asking = (opening_act(self.head(block.content)) for block in blocks[start:stop])
        return stop if sum(act is not None for act in asking) >= _LEAST_ACTS else start

    def read_acts(self, points: Sequence[Point]) -> None:
        """Read points whose subject is the lead-in's: those that ask are demands, those that condemn none."""
        level = min((point.level for point in points), default=0)
        for number, point in enumerate(points):
            if point.level > level:
                continue
            reading = self.layout.reading(*point.blocks)
            sentences = self.prose.sentences(reading.text)
            inner = list(takewhile(lambda other: other.level > level, points[number + 1 :]))
            verdict = self.act(sentences[0]) if sentences else None
            if verdict is None:
                self.previous = None
                self.read_sentences(reading, sentences)
            elif inner and sentences[-1].text.endswith(":"):
                self.read_list(inner, verdict)
            else:
                self.whole(point, inner, reading, sentences, verdict)
        self.subject = ""

    def full_lead(self, sentence: Sentence) -> Verdict | None:
        """Give what a list is that follows a whole sentence: that one must point at it, or count its points."""
        verdict = lead_verdict(sentence)
        return verdict if verdict is not None and _points_on(sentence) else None

    def is_label(self, sentence: Sentence, kind: str) -> bool:
        """Tell whether a sentence is a label within a list ("To the Security Council:", a heading)."""
        if len(sentence.text) > _LONGEST_LABEL or sentence.has("leads.telling"):
            return False
        if kind == "heading":
            return True
        return sentence.text.rstrip().endswith(":") or sentence.begins_with("groups")

    def goes_on(self, block: Block) -> bool:
        """Tell whether the letter goes on with that paragraph after a list."""
        return self.head(block.content).begins_with("ends")

    def asks_itself(self, reading: Reading) -> bool:
        """Tell whether a paragraph asks by its first sentence, or speaks to the addressee in it."""
        sentences = self.prose.sentences(reading.text)
        if not sentences:
            return False
        if not sentences[0].lexicon["you"].isdisjoint(sentences[0].words):
            return True
        return self.asks(sentences[0])

    def asks(self, sentence: Sentence) -> bool:
        """Tell whether a sentence performs a request."""
        verdict = judge(sentence)
        return verdict is not None and verdict.level == "explicit"

    def paragraphs_end(self, blocks: Sequence[Block], start: int) -> int:
        """Tell where the paragraphs end that are points of a list without markers; `start` if none are."""
        first: str | None = None
        # Whether each point is a title with a paragraph below it.
        titled = False
        number = start
        while number < min(len(blocks), start + _MOST_PARAGRAPHS):
            block = blocks[number]
            length = block.content.end - block.content.start
            head = self.head(block.content)
            form = shape(head)
            if number == start:
                titled = self.has_title(blocks, number + 2)
            if titled and self.has_title(blocks, number):
                first = form
                number += 2
                continue
            if block.kind != "paragraph" or length > _LONGEST_PARAGRAPH:
                break
            before = last_printed(self.text, blocks[number - 1].content)
            if first is None:
                if head.begins_with("ends"):
                    break
                first = form
            elif form != first or form == "other":
                if form == "other" and self.asks_itself(self.layout.reading(block)):
                    break
                last = last_printed(self.text, block.content)
                unclosed = before.isalnum() and last.isalnum()
                goes_on = before in ";,؛،" or unclosed or head.text[:1].islower()
                longer = number - start > 1 and self.is_longer(blocks[start:number], block)
                if not goes_on and (
                    form != first or head.begins_with("ends") or length > _LONGEST_POINT or longer
                ):
                    break
            if last_printed(self.text, block.content) == ":":
                break
            number += 1
        return number

    def labelled_end(self, blocks: Sequence[Block], start: int) -> int:
        """Tell where the paragraphs end that each begin with a label ("Water: …"); 0 if there are no two."""
        labelled = takewhile(
            lambda block: block.kind == "paragraph" and _LABEL.match(self.text, *block.content),
            blocks[start:],
        )
        count = sum(1 for _ in labelled)
        return start + count if count > 1 else 0

    def is_longer(self, points: Sequence[Block], block: Block) -> bool:
        """Tell whether a paragraph after points of one sentence each has several: the letter goes on there."""
        several = (len(self.prose.sentences(self.layout.reading(each).text)) > 1 for each in (block, *points))
        return next(several) and not any(several)

    # ------------------------------------------------------------------------------------------- prose

    def read_sentences(self, reading: Reading, sentences: Sequence[Sentence]) -> None:
        """Judge each sentence; "First, …" and "That …" go on with what was asked before."""
        point: Span | None = None
        ordered: Verdict | None = None
        quoted = _quoted(reading.text, sentences)
        for number, sentence in enumerate(sentences):
            if number in quoted or (number == 0 and self.is_run_in_title(sentences)):
                self.previous = None
                continue
            ordinal = sentence.begins_with("ordinals")
            if ordinal and ordered is None and self.previous is not None:
                first = sentence.begins_with("first_ordinals")
                ordered = self.previous if first or self.previous.at < 0 else None
                if first and number and self.found and self.counts(reading, sentences[number - 1]):
                    self.found.pop()
            if ordered is not None:
                span = reading.span(sentence.start, sentence.end)
                if ordinal or point is None:
                    self._close(point, ordered)
                    point = span
                else:
                    point = Span(point.start, span.end)
                self.previous = ordered._replace(at=-1)
                continue
            self.judge_sentence(reading, sentence)
        self._close(point, ordered)

    def is_run_in_title(self, sentences: Sequence[Sentence]) -> bool:
        """Tell a title within a paragraph: "Cancel debt. All creditors must take part in it."."""
        title = sentences[0].text
        if len(sentences) < 2 or len(title) > _RUN_IN or title.count(" ") > 2 or not title.endswith("."):
            return False
        if shape(sentences[0]) != "imperative":
            return False
        return len(sentences[1].text) > 2 * _RUN_IN and judge(sentences[1]) is not None

    def counts(self, reading: Reading, sentence: Sentence) -> bool:
        """Tell whether the demand read last is a sentence that only counts the points after it."""
        span = reading.span(sentence.start, sentence.end)
        return self.found[-1][0] == _with_marks(self.text, span) and sentence.has("leads.counts")

    def _close(self, point: Span | None, verdict: Verdict | None) -> None:
        if point is not None and verdict is not None:
            self.add(point, verdict)

    def goes_on_asking(self) -> bool:
        """Tell whether the sentence before asked."""
        return self.previous is not None and self.previous.level == "explicit" and self.previous.at >= 0

    def judge_sentence(self, reading: Reading, sentence: Sentence) -> None:
        if self.clauses(reading, sentence):
            return
        verdict = judge(sentence)
        first = sentence.words[0] if sentence.words else ""
        if self.goes_on_asking() and (sentence.begins_with("continuations") or first == self.row):
            verdict = self.previous
            self.row = first if sentence.begins_with("clauses") else None
        else:
            self.row = None
        carried: Verdict | None = None
        if self.spoken and sentence.may_ask and (verdict is None or verdict.level == "reported"):
            carried = self.taken_up(sentence, self.last_to_name())
        if carried is not None:
            verdict = carried
        else:
            self.spoken.append(sentence)
        if verdict is not None:
            self.add(reading.span(sentence.start, sentence.end), verdict)
        self.previous = verdict

    def last_to_name(self) -> Sentence:
        """Give the last sentence that doesn't go on speaking of who spoke before."""
        while len(self.spoken) > 1 and self.goes_on_speaking(self.spoken[-1]):
            self.spoken.pop()
        return self.spoken[-1]

    def named(self, sentence: Sentence) -> str:
        """Give the words by which a sentence speaks of the signatories in the third person, as its subject."""
        for cue in sentence.cues("cues.by_name"):
            if cue.first < _SUBJECT:
                return " ".join(sentence.words[cue.first : cue.last])
        head = sentence.words[:_SUBJECT]
        return " ".join(head) if self.prose.names.within(head) else ""

    def goes_on_speaking(self, sentence: Sentence) -> bool:
        """Tell whether a sentence goes on speaking of who spoke before: "They recall …", "The organisations …"."""
        if sentence.has("cues.by_name"):
            return False
        if sentence.begins_with("goes_on"):
            return True
        called = self.prose.names.called if sentence.may_ask else frozenset[str]()
        return not called.isdisjoint(sentence.words[:_SUBJECT])

    def taken_up(self, sentence: Sentence, before: Sentence) -> Verdict | None:
        """Give what a sentence asks that goes on speaking of the signatories: "They also demand …"."""
        speaker = self.named(before)
        if not speaker:
            return None
        if sentence.words[:1] and sentence.words[0] in sentence.lexicon["resumes"]:
            reported = judge(sentence)
            if reported is not None and not sentence.cues("asked"):
                return reported._replace(level="explicit", certainty=0.6)
        taken = [cue.last for cue in sentence.heads if cue.label == "heads.takes_up"]
        rest = " ".join(sentence.words[max(taken, default=0) :])
        at = len(words(speaker))
        verdict = judge(self.prose.sentence(f"{speaker} {rest}"))
        if verdict is None or verdict.level != "explicit" or not at <= verdict.at <= at + _ADVERBS:
            return None
        return verdict._replace(certainty=0.6)

    def clauses(self, reading: Reading, sentence: Sentence) -> bool:
        """Read "We ask you to: do this; do that; and do the other.": each clause is a demand."""
        text = sentence.text
        colon = text.find(":")
        parts = list(re.finditer(r"[^;؛]+", text[colon + 1 :])) if colon > 0 else []
        if len(parts) < 3:
            return False
        lead = self.prose.sentence(text[: colon + 1])
        verdict = lead_verdict(lead)
        if verdict is None and not lead.has("cues.by_name"):
            return False
        self.subject = "" if verdict else lead.text.rstrip(" :")
        asked = [(part, verdict or self.act(self.prose.sentence(part[0].strip()))) for part in parts]
        self.subject = ""
        for part, act in asked:
            start, end = _trimmed(part[0])
            if end > start and act is not None:
                offset = sentence.start + colon + 1 + part.start()
                self.add(reading.span(offset + start, offset + end), act)
        self.previous = verdict
        return any(act for _, act in asked)

    def inline_list(self, reading: Reading, following: Block | None = None) -> Verdict | None:
        """Read a list that runs on in a paragraph, or into the points after it; give what leads it in.

        "We ask you to: (a) …; (b) …; and (c) …", "We ask you to: - Stop …  - Let …".
        """
        marks = inline_marks(reading.text)
        goes_on = bool(marks) and following is not None and succeeds(marker_of(marks[-1]), following)
        # Without a colon or a full stop before them, they only number the parts of a sentence.
        if len(marks) < 2 - goes_on or reading.text[: marks[0].start()].rstrip()[-1:] not in ":：.":
            return None
        before = self.prose.sentences(reading.text[: marks[0].start()])
        verdict = lead_verdict(before[-1]) if before else None
        if verdict is None:
            return None
        self.read_sentences(reading, before[:-1])
        last = marks[-1].end()
        tail = cut(reading.text[last:], self.prose.language, self.prose.names, last)
        ends = [*(mark.start() for mark in marks[1:]), tail[0].end if tail else last]
        for mark, end in zip(marks, ends, strict=True):
            start, stop = _trimmed(reading.text[mark.end() : end])
            if stop > start:
                self.add(reading.span(mark.end() + start, mark.end() + stop), verdict, marker_of(mark))
        self.read_sentences(reading, tail[1:])
        return verdict

    # ------------------------------------------------------------------------------------------- lists

    def read_list(self, points: Sequence[Point], lead: Verdict | None) -> None:
        """Read the points of a list that `lead` leads in."""
        level = min(point.level for point in points)
        top = [point for point in points if point.level == level]
        told = lead is not None and lead.level == "told"
        lead = None if told else lead
        asking = lead is None and all(self.asks_itself(self.layout.reading(*point.blocks)) for point in top)
        if lead is None and not told and len(top) >= _LEAST_ACTS:
            self.acting = self.acting or self.are_acts([self.head(point.span) for point in top])
        if lead is None and not (told or asking or self.acting):
            lead = self.asked_throughout(top)
        unled = lead is None and not told and self.imperatives(top)
        number = 0
        while number < len(points):
            point = points[number]
            number += 1
            if self.labels_outer(points, number - 1):
                continue
            inner: list[Point] = []
            while (
                number < len(points)
                and points[number].level > point.level
                and not self.labels_outer(points, number)
            ):
                inner.append(points[number])
                number += 1
            if not inner:
                # "6. We recommend the following: 1. …; 2. …", without an indent.
                inner.extend(numbered_anew(points, number, self.text))
                number += len(inner)
            reading = self.layout.reading(*point.blocks)
            sentences = self.prose.sentences(reading.text)
            if not sentences:
                continue
            if unled and self.is_imperative(point):
                self.whole(point, inner, reading, sentences, _UNLED)
            elif lead is None:
                self.plain_point(point, inner, reading, sentences, told, asking)
            elif inner and self.splits(reading.text, inner):
                self.read_list(inner, lead)
            else:
                self.whole(point, inner, reading, sentences, lead)

    def asked_throughout(self, points: Sequence[Point]) -> Verdict | None:
        """Give what a list is that nothing leads in, but whose points mostly come to something that is asked."""
        if len(points) < _LEAST_ASKED or any(len(point.blocks) > 1 for point in points):
            return None
        if self.is_prose(points[0]):
            return None
        if sum(point.span.end - point.span.start for point in points) > _LONGEST_ASKED * len(points):
            return None
        asking = explicit = 0
        for point in points:
            sentences = self.prose.sentences(self.layout.reading(*point.blocks).text)
            levels = {verdict.level for verdict in map(judge, sentences) if verdict}
            explicit += "explicit" in levels
            asking += not levels.isdisjoint(_MADE)
        return _UNLED if explicit and asking >= _PART_ASKED * len(points) else None

    def is_prose(self, point: Point) -> bool:
        """Tell a part of a text from a point: "First, …" or "I. Of hunger"."""
        marker = point.marker or ""
        said = self.text.startswith(marker, point.span.start)
        return _ROMAN.issuperset(marker) or (said and self.text[point.span.start + len(marker)] in ",،")

    def are_acts(self, heads: Sequence[Sentence]) -> bool:
        """Tell whether points begin with what somebody does who isn't named: "Condemns …", "Calls on …"."""
        asking = sum(opening_act(head) is not None for head in heads)
        return asking > 0 and asking + sum(head.begins_with("goes_on") for head in heads) >= _LEAST_ACTS

    def labels_outer(self, points: Sequence[Point], number: int) -> bool:
        """Tell a point that is a label over points of a level above its own: "- …  3. In the region:  - …"."""
        if last_printed(self.text, points[number].span) != ":" or number + 1 == len(points):
            return False
        return points[number + 1].level < points[number].level

    def imperatives(self, points: Sequence[Point]) -> bool:
        """Tell whether a list that nothing leads in asks: most of its points are imperatives."""
        asking = sum(self.is_imperative(point) for point in points)
        return asking >= 2 and asking * 2 > len(points)

    def is_imperative(self, point: Point) -> bool:
        """Tell whether a point begins with an imperative or, where points are written so, another form that asks."""
        head = self.head(point.span)
        return shape(head) in ("imperative", "infinitive") or opening_act(head) is not None

    def whole(
        self,
        point: Point,
        inner: Sequence[Point],
        reading: Reading,
        sentences: Sequence[Sentence],
        lead: Verdict,
    ) -> None:
        """Take a point with all its sentences and the points within it as one demand."""
        if inner:
            self.add(Span(point.span.start, inner[-1].span.end), lead, point.marker)
            return
        for number, sentence in enumerate(sentences[1:], 1):
            if sentence.begins_with("closings"):
                before = sentences[number - 1]
                end = reading.span(before.start, before.end).end
                self.add(Span(point.span.start, end), lead, point.marker)
                self.read_sentences(reading, sentences[number:])
                return
        self.add(point.span, lead, point.marker)

    def splits(self, text: str, inner: Sequence[Point]) -> bool:
        """Tell whether the points within a point are demands of their own, which it only leads in."""
        whole = self.prose.sentence(text)
        if not text.endswith((":", "：")):
            # "I. To the armed forces", or a title over points that end as sentences do.
            closed = all(self.text[point.span.end - 1] in _TITLE_ENDS for point in inner)
            titled = len(text) <= _SHORT_LEAD and (closed or text[-1:] not in _TITLE_ENDS)
            return titled and (closed or whole.begins_with("groups"))
        imperative = shape(self.prose.sentence(text[:_HEAD])) == "imperative"
        if _points_on(whole) or (not imperative and judge(whole) is not None):
            return True
        forms = [shape(self.head(p.span)) for p in inner]
        asking = sum(form in ("imperative", "infinitive", "clause") for form in forms)
        return asking * 2 > len(forms) or not imperative

    def plain_point(
        self,
        point: Point,
        inner: Sequence[Point],
        reading: Reading,
        sentences: Sequence[Sentence],
        told: bool,
        asking: bool,
    ) -> None:
        """Read a point of a list that asks for nothing as such: what it says itself counts."""
        last = sentences[-1]
        if inner and last.text.endswith(":"):
            self.read_sentences(reading, sentences[:-1])
            self.read_list(inner, lead_verdict(last))
            return
        if len(sentences) == 1 and _points_on(last) and last.text[-1:] not in _TITLE_ENDS:
            # "2. What we ask for" is a title.
            if inner:
                self.read_list(inner, lead_verdict(last))
            return
        verdict = judge(sentences[0])
        act = _third_act(sentences[0], verdict) if self.acting and not told else None
        if act is None and verdict is not None and verdict.level == "explicit" and asking:
            act = verdict
        if act is not None:
            self.whole(point, inner, reading, sentences, act)
            return
        self.previous = None
        if not told and not self.inline_list(reading):
            if len(point.blocks) > 1:
                # A title, and what stands under it.
                for block in point.blocks:
                    part = self.layout.reading(block)
                    self.read_sentences(part, self.prose.sentences(part.text))
            else:
                self.read_sentences(reading, sentences)
        if inner:
            self.read_list(inner, None)


def _third_act(sentence: Sentence, verdict: Verdict | None) -> Verdict | None:
    """Give what a point asks in the third person, at its head or further on: "Condemns … and calls on …"."""
    act = opening_act(sentence)
    if act is not None or verdict is None or verdict.level != "reported":
        return act
    if any(cue.first == verdict.at for cue in sentence.cues("asked")):
        return None
    before = sentence.words[max(0, verdict.at - _ADVERBS) : verdict.at]
    others = sentence.lexicon["relatives"] | sentence.lexicon["relative_subjects"]
    return verdict._replace(level="explicit") if others.isdisjoint(before) else None


def _points_on(sentence: Sentence) -> bool:
    """Tell whether a sentence speaks of a list that comes next ("the following steps", "three things")."""
    return sentence.has("leads.asking") or sentence.has("leads.counts")


def _quoted(text: str, sentences: Sequence[Sentence]) -> frozenset[int]:
    """The numbers of the sentences that begin within a quotation, unless the whole paragraph is one."""
    if not ("“" in text or "«" in text or '"' in text):
        return frozenset()
    inside: set[int] = set()
    number = 0
    straight = _STRAIGHT.finditer(text) if text.count('"') % 2 == 0 else ()
    for quotation in sorted((*_QUOTATION.finditer(text), *straight), key=lambda found: found.start()):
        if quotation.end() - quotation.start() < _LEAST_QUOTED:
            continue
        if quotation.end() - quotation.start() > len(text) - _BESIDE:
            break
        while number < len(sentences) and sentences[number].start < quotation.end():
            if sentences[number].start >= quotation.start():
                inside.add(number)
            number += 1
    return frozenset(inside)


def _is_quotation(text: str) -> bool:
    """Tell whether a paragraph is one quotation of some length, from its first mark to its last."""
    text = text.strip()
    closing = _CLOSING.get(text[:1])
    return closing is not None and len(text) > _LEAST_QUOTED and text[1:].find(closing) == len(text) - 2


def _with_marks(text: str, span: Span) -> Span:
    """Take in the mark of emphasis just outside whose other half is within: "**Ask** them."."""
    start, end = span
    before, after = _MARKS_BEFORE.search(text, max(0, start - 3), start), _MARKS_AFTER.match(text, end)
    if before and text.count(before[0], start, end) % 2:
        return Span(before.start(), end)
    if after and text.count(after[0], start, end) % 2:
        return Span(start, after.end())
    return span


def _leads_in(sentence: str, listed: bool) -> bool:
    """Tell whether a sentence leads in what follows: it ends with a colon, or doesn't end before a list."""
    closed = sentence.rstrip("\"'”’»)*_ ")
    if closed.endswith((":", "：", ":-", ":–", ":—")):
        return True
    return listed and not closed.endswith((".", "!", "?", "؟", "…"))


def _trimmed(text: str) -> tuple[int, int]:
    """Where `text` begins and ends without outer white space."""
    return len(text) - len(text.lstrip()), len(text.rstrip())
