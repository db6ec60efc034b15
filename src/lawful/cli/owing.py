"""A duty list as text: what is refused, what is owed to whom and until when, what is done, what is open."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from lawful.cli.output import Output

Duty = Mapping[str, Any]
REFUSING = ("block", "before")
OWED = ("due", "overdue", "promptly")
_WORDS = {
    "en": {
        "refused": "Not before this is done",
        "to": "Owed to: {to}",
        "nobody": "Owed, with nobody to tell",
        "awaited": "Awaited from an authority",
        "met": "Done",
        "open": "May be owed: facts are missing",
        "wanted": "To find out",
        "counting": "How days are counted",
        "due": "due",
        "overdue": "OVERDUE",
        "promptly": "at once",
        "done": "done",
        "met_late": "done late",
        "also": "the same act: {cited}",
        "moved": "moved from {day}",
        "extended": "extended",
        "uncovered": "no last day: no calendar covers {year}",
        "not_moved": "not moved: no calendar covers {year}",
        "next": "again by {day}",
        "missed": "missed periods ended on {days}",
        "keep": "keep until {day}",
        "contains": "contains: ",
        "comma": ", ",
        "colon": ": ",
        "on": "by {start}",
        "after": "{n} {unit} from {start}",
        "unverified": "(not verified)",
        "assumed": "Assumed",
        "contested": "Contested, and these answers turn on it",
        "read": "read as {option}",
        "nothing": "Nothing is owed under the book's entries for this thing.",
        "not_examined": "Not examined: {what}",
        "evidence": "Evidence",
    },
    "zh": {
        "refused": "完成之前不得进行",
        "to": "对象：{to}",
        "nobody": "应履行，无需报送",
        "awaited": "等待机关作出",
        "met": "已履行",
        "open": "可能应履行：事实尚不完整",
        "wanted": "需要查明",
        "counting": "期间计算",
        "due": "应履行",
        "overdue": "已逾期",
        "promptly": "立即",
        "done": "已履行",
        "met_late": "逾期履行",
        "also": "同一行为：{cited}",
        "moved": "自{day}顺延",
        "extended": "已延长",
        "uncovered": "无法确定最后一日：日历未覆盖{year}",
        "not_moved": "未顺延：日历未覆盖{year}",
        "next": "下次至{day}",
        "missed": "未履行的期间截止于{days}",
        "keep": "保存至{day}",
        "contains": "内容：",
        "comma": "、",
        "colon": "：",
        "on": "至{start}",
        "after": "自{start}起{n}{unit}",
        "unverified": "（未核实）",
        "assumed": "假定",
        "contested": "有争议，下列结果取决于解读",
        "read": "若解读为{option}",
        "nothing": "按规则库现有条目，无应履行义务。",
        "not_examined": "未审查：{what}",
        "evidence": "证据",
    },
}
_UNITS = {
    "minutes": "分钟",
    "hours": "小时",
    "days": "日",
    "working_days": "个工作日",
    "calendar_months": "个日历月（至月末）",
    "weeks": "周",
    "months": "个月",
    "years": "年",
}
_INDENT = " " * 28


def show_duties(output: Output, answer: Mapping[str, Any]) -> None:
    """A duty list as text, by whom the acts are owed to; the earliest first."""
    words = _words(output)
    duties = answer["duties"]
    owed = [each for each in duties if each["state"] in OWED]
    refused = [each for each in owed if each["otherwise"] in REFUSING]
    _section(output, words["refused"], refused)
    groups: dict[str, list[Duty]] = {}
    awaited = [each for each in owed if each["awaited"] and each not in refused]
    for each in owed:
        if each not in refused and each not in awaited:
            groups.setdefault(each["to_says"], []).append(each)
    for to, group in sorted(groups.items(), key=lambda item: _first(item[1])):
        _section(output, words["to"].format(to=to) if to else words["nobody"], group)
    _section(output, words["awaited"], awaited)
    _section(output, words["met"], [each for each in duties if each["state"].startswith("met")])
    _open(output, [each for each in duties if each["state"] == "undetermined"])
    if answer["wanted"]:
        output.line(words["wanted"])
    for want in answer["wanted"]:
        output.line(f"  {want['question']}  ← {want['from']}  [{want['name']}]")
    if not duties:
        output.line(words["nothing"])
    for each in answer["not_examined"]:
        output.line(words["not_examined"].format(what=each))
    _footing(output, answer)


def _first(group: Iterable[Duty]) -> tuple[bool, str]:
    """Groups with a last moment come in its order, those without after them."""
    lasts = [each["last"] for each in group if each["last"]]
    return (not lasts, min(lasts, default=""))


def _section(output: Output, title: str, duties: Iterable[Duty]) -> None:
    shown = sorted(duties, key=lambda each: (each["state"] != "promptly", not each["last"]))
    if shown:
        output.line(title)
    for each in shown:
        _line(output, each)


def _line(output: Output, duty: Duty) -> None:
    """One act: how it stands, until when, what, under which article; below it what else there is to say."""
    words = _words(output)
    state = words["done" if duty["state"] == "met" else duty["state"]]
    output.line(f"  {state:<9} {_until(duty):<16} {duty['says']}")
    verified = "" if duty["verified"] else f"  {words['unverified']}"
    output.line(f"{_INDENT} {output.cited(duty)}  [{duty['id']}]{verified}")
    notes = list(_notes(output, duty))
    if notes:
        output.line(f"{_INDENT} {' · '.join(notes)}")
    if duty["contents_says"] and duty["state"] in OWED:
        items = words["comma"].join(duty["contents_says"])
        output.line(f"{_INDENT} {words['contains']}{items}")


def _until(duty: Duty) -> str:
    last = duty["last_on"] or duty["last"] or ""
    return last.replace("T", " ").replace(":00Z", "Z")


def _notes(output: Output, duty: Duty) -> Iterable[str]:
    words, counting = _words(output), duty["counting"] or {}
    if duty["also"]:
        yield words["also"].format(cited=", ".join(_short(output, each) for each in duty["also"]))
    if not _until(duty) and isinstance(duty["by"], dict) and duty["state"] in OWED:
        yield _clock(output, duty["by"])
    if counting.get("uncovered"):
        key = "not_moved" if duty["last_on"] else "uncovered"
        yield words[key].format(year=counting["uncovered"])
    for other in duty["also"]:
        if (other["counting"] or {}).get("uncovered") and not other["last_on"]:
            year = other["counting"]["uncovered"]
            yield f"{_short(output, other)}{words['colon']}{words['uncovered'].format(year=year)}"
    if counting.get("unshifted"):
        yield words["moved"].format(day=counting["unshifted"])
    if counting.get("extended"):
        yield words["extended"]
    if counting:
        yield str(counting["rule"])
    if duty["missed"]:
        yield words["missed"].format(days=words["comma"].join(duty["missed"]))
    if duty["next_on"]:
        yield words["next"].format(day=duty["next_on"])
    if duty["keep_until"]:
        yield words["keep"].format(day=duty["keep_until"])


def _short(output: Output, of: Duty) -> str:
    """The citation in the reader's language."""
    return str(of["citation"] if output.lang.startswith("zh") else of["citation_en"])


def _clock(output: Output, by: Mapping[str, Any]) -> str:
    if "on" in by:
        return _words(output)["on"].format(start=by["on"])
    start = ", ".join(by["from"])
    chinese = output.lang.startswith("zh")
    unit = _UNITS[by["unit"]] if chinese else by["unit"].replace("_", " ")
    return _words(output)["after"].format(n=by["within"], unit=unit, start=start)


def _open(output: Output, duties: Iterable[Duty]) -> None:
    """What may be owed, a line each."""
    shown = list(duties)
    if shown:
        output.line(_words(output)["open"])
    for each in shown:
        output.line(f"  {'?':<9} {_until(each):<16} {each['says']}  ({_short(output, each)})")


def _footing(output: Output, answer: Mapping[str, Any]) -> None:
    """The ways of counting in words, what was assumed, and where it is recorded."""
    words = _words(output)
    ways = {
        each["counting"]["rule"]: each["counting"] for each in answer["duties"] if each["counting"]
    }
    if ways:
        output.line(words["counting"])
    for rule, way in sorted(ways.items()):
        verified = "" if way["verified"] else f"  {words['unverified']}"
        output.line(f"  {rule}: {way['text']}{verified}")
    if answer["readings"]:
        output.line(words["contested"])
    for reading in answer["readings"]:
        for other in reading["others"]:
            changed = "; ".join(f"{each['rule']} {each['answer']}" for each in other["changes"])
            told = words["read"].format(option=other["option"])
            output.line(
                f"  {reading['id']}{words['colon']}{reading['question']} {told}{words['colon']}{changed}"
            )
    if answer["assumed"]:
        shown = (f"{each['label']} = {each['shown']}" for each in answer["assumed"])
        output.line(f"{words['assumed']}  {'; '.join(shown)}")
    output.line(f"{words['evidence']}  {answer['decision']}")


def _words(output: Output) -> Mapping[str, str]:
    return _WORDS["zh" if output.lang.startswith("zh") else "en"]
