"""What an answer did not look at: laws that the rulebook does not hold, and parts that it leaves out."""

from __future__ import annotations

from collections.abc import Iterator

from lawful.law.coverage import PLACES, Touched, covers_of
from lawful.law.model import Cover
from lawful.law.oracle import Court
from lawful.terms.texts import Text
from lawful.terms.values import SetValue


def beside_a_use(court: Court, reach: Touched) -> Iterator[Text]:
    """The recipient's own law, and what the rulebook leaves out of the laws that it holds."""
    values, vocabulary = court.thing.values, court.book.vocabulary
    region = values.get("recipient_region")
    examined = {
        str(value)
        for name in PLACES
        if (value := values.get(name)) and not isinstance(value, SetValue)
    }
    for name in PLACES:
        value = values.get(name)
        if isinstance(value, SetValue):
            examined |= value.members
    if isinstance(region, str) and region != "none" and region not in examined:
        place = vocabulary.values_of("recipient_region")[region]
        yield Text(
            f"the law of {place.en}, where the recipient is", f"接收方所在地（{place.zh}）的法律"
        )
    for cover in reach.covers:
        if cover.note is not None:
            yield Text(f"{cover.text.en}: {cover.note.en}", f"{cover.text.zh}：{cover.note.zh}")


def beside_a_list(court: Court) -> Iterator[Text]:
    """Of a duty list: places that its thing names, about whose law no duty of this kind is in the rulebook.

    An empty list then does not say that nothing is owed there.
    """
    seen: dict[Cover, None] = {}
    for region, place in sorted(_places(court).items()):
        covers = covers_of(court, region)
        seen |= dict.fromkeys(each for each in covers if _answers(court, each))
        if not any(_answers(court, each) for each in covers):
            yield Text(
                f"the law of {place.en}: no duties of this kind are in the rulebook",
                f"{place.zh}的法律：规则库没有此类义务",
            )
    for cover in seen:
        if cover.note is not None:
            yield Text(f"{cover.text.en}: {cover.note.en}", f"{cover.text.zh}：{cover.note.zh}")


def _places(court: Court) -> dict[str, Text]:
    """The regions that facts of the thing name, those that may be among them included."""
    found: dict[str, Text] = {}
    for name, value in court.thing.values.items():
        fact = court.book.vocabulary.facts.get(name)
        if fact is None or fact.values != "regions" or value is None:
            continue
        named = value.members | value.unknown if isinstance(value, SetValue) else {str(value)}
        known = court.book.vocabulary.values_of(name)
        found |= {each: known[each] for each in named if each in known and each != fact.absent}
    return found


def _answers(court: Court, cover: Cover) -> bool:
    """Has some law of this jurisdiction a rule about this kind of thing, on the day?"""
    return any(
        each.about == court.thing.about
        and court.book.instrument(each).jurisdiction == cover.jurisdiction
        and court.in_force(each)
        for each in court.book.entries.values()
    )
