"""An exposure as plain JSON: versioned, with every ceiling in words, in English or Chinese."""

from __future__ import annotations

from decimal import ROUND_DOWN, Decimal
from typing import Any

from lawful.decide import wire
from lawful.decide.exposure import Exposure, How, Limit, Money, Regime, Tier, Unmet
from lawful.decide.prose import Prose
from lawful.law.book import Book

VERSION = 1

_WORDS: dict[str, dict[str, str]] = {
    "en": {
        "entity": "the entity",
        "person": "a person",
        "up_to": "up to {amount}",
        "from_to": "{low} to {amount}",
        "at_least": "at least {amount}",
        "exactly": "{amount}",
        "percent": "up to {n} % of {base}",
        "multiple": "up to {n} times {base}",
        "higher": ", whichever is higher",
        "lower": ", whichever is lower",
        "either": " (the text does not say which of the two counts)",
        "and_or": " or ",
        "per": ", per {per}",
        "day": "day",
        "violation": "violation",
        "computed": "{amount}, if {base} is {given}",
        "never_added": "Ceilings are limits, not forecasts, and are never added up: not across regimes, tiers, rules "
        "or currencies. One act may be punished once, at the highest scale, or under each of several laws; that, "
        "and the amount within a ceiling, the authority decides.",
        "violated": "not met",
        "overdue": "overdue",
        "due": "owed, still in time",
        "undetermined": "not known",
    },
    "zh": {
        "entity": "单位",
        "person": "个人",
        "up_to": "{amount}以下",
        "from_to": "{low}至{amount}",
        "at_least": "{amount}以上",
        "exactly": "{amount}",
        "percent": "{base}的{n}%以下",
        "multiple": "{base}的{n}倍以下",
        "higher": "，取较高者",
        "lower": "，取较低者",
        "either": "（条文未写明以何者为准）",
        "and_or": "或者",
        "per": "，按{per}计",
        "day": "日",
        "violation": "每次违法",
        "computed": "{base}为{given}时：{amount}",
        "never_added": "上限并非预测，且绝不相加：不跨法域、档次、规则或者币种相加。同一行为可能仅按最高档处罚一次，"
        "也可能依数部法律分别处罚；此点及上限之内的数额，均由主管机关决定。",
        "violated": "不符合",
        "overdue": "逾期",
        "due": "应履行，尚未到期",
        "undetermined": "未知",
    },
}

_BASES: dict[str, dict[str, str]] = {
    "turnover": {"en": "the turnover of the preceding year", "zh": "上一年度营业额"},
    "worldwide_turnover": {
        "en": "the worldwide annual turnover of the preceding year",
        "zh": "上一财年全球年营业额",
    },
    "daily_turnover": {"en": "the average daily turnover", "zh": "日均营业额"},
    "income": {"en": "the income", "zh": "收入"},
    "unlawful_gain": {"en": "the unlawful gain", "zh": "违法所得"},
    "procurement": {"en": "the value of the procurement", "zh": "采购金额"},
    "transaction": {"en": "the value of the transaction", "zh": "交易价值"},
    "damage": {"en": "the damage", "zh": "损失"},
    "person_income": {"en": "the person's income", "zh": "个人收入"},
}

_MEASURES: dict[str, dict[str, str]] = {
    "correction": {"en": "order to correct", "zh": "责令改正"},
    "warning": {"en": "warning", "zh": "警告"},
    "confiscation": {"en": "confiscation of unlawful gains", "zh": "没收违法所得"},
    "suspension": {"en": "suspension of business", "zh": "停业整顿"},
    "service_ended": {"en": "service suspended or ended", "zh": "暂停或者终止服务"},
    "rectification": {"en": "rectification", "zh": "整改"},
    "licence": {"en": "licence revoked", "zh": "吊销许可"},
    "business_ban": {"en": "ban on the business concerned", "zh": "暂停相关业务"},
    "person_banned": {"en": "persons banned from posts", "zh": "禁止有关人员任职"},
    "credit_record": {"en": "entry in the credit files", "zh": "记入信用档案"},
    "publication": {"en": "publication", "zh": "公示"},
    "criminal": {"en": "criminal liability", "zh": "刑事责任"},
    "civil": {"en": "civil liability", "zh": "民事责任"},
    "periodic": {"en": "periodic penalty payments", "zh": "按期加处罚款"},
    "behavioural": {"en": "behavioural remedies", "zh": "行为性救济"},
    "structural": {"en": "structural remedies", "zh": "结构性救济"},
    "access_restricted": {"en": "access to the service restricted", "zh": "限制访问服务"},
    "detention": {"en": "detention", "zh": "拘留"},
    "removal_from_store": {"en": "removal from app stores", "zh": "应用下架"},
    "data_deleted": {"en": "deletion of data", "zh": "删除数据"},
}


def exposure(found: Exposure, lang: str = "en") -> dict[str, Any]:
    """An exposure as JSON. ``decision`` is added by who recorded the question."""
    prose = Prose(found.book, lang)
    words = _WORDS[prose.lang]
    by_how = {
        how.value: [_unmet(each, found.book, prose) for each in found.unmet if each.how is how]
        for how in How
    }
    return {
        "version": VERSION,
        "about": found.thing.about,
        "unmet": {name: rows for name, rows in by_how.items() if name != "undetermined"},
        "undetermined": by_how["undetermined"],
        "regimes": [_regime(each, found.book, prose) for each in found.regimes],
        "without_penalty": [each.rule.id for each in found.without_penalty],
        "never_added": words["never_added"],
        "bases": {
            name: {"label": _BASES[name][prose.lang], **_money(each)}
            for name, each in found.bases.items()
        },
        "wanted": [wire.wanted(each, found.book, prose) for each in found.wanted],
        "assumed": [wire.fact(each, prose) for each in found.assumed],
        "book": wire.book(found.book),
    }


def _unmet(each: Unmet, book: Book, prose: Prose) -> dict[str, Any]:
    return {
        **wire.entry(each.rule.entry, book, prose),
        "how": each.how.value,
        "how_words": _WORDS[prose.lang][each.how.value],
        "last": wire.plain(each.due.last),
        "last_on": wire.plain(each.due.last_on),
        "penalties": list(each.penalties),
    }


def _regime(each: Regime, book: Book, prose: Prose) -> dict[str, Any]:
    instrument = book.rulebook.instruments[each.instrument]
    return {
        "jurisdiction": each.jurisdiction,
        "instrument": each.instrument,
        "title": instrument.title.in_(prose.lang),
        "short": instrument.short.in_(prose.lang),
        "tiers": [_tier(tier, prose) for tier in each.tiers],
    }


def _tier(tier: Tier, prose: Prose) -> dict[str, Any]:
    penalty = tier.penalty
    return {
        "id": penalty.id,
        "says": penalty.says.in_(prose.lang),
        "citation": penalty.citation,
        "citation_en": penalty.citation_en,
        "verified": penalty.verified,
        "holds": tier.holds,
        "when": [prose.node(line.node) for line in penalty.when],
        "rules": [{"id": rule, "how": how.value} for rule, how in tier.rules],
        "ceilings": [_limit(each, prose) for each in tier.limits],
        "measures": [
            {"measure": each, "label": _MEASURES[each][prose.lang]} for each in penalty.measures
        ],
        "personal": tier.personal,
    }


def _limit(limit: Limit, prose: Prose) -> dict[str, Any]:
    ceiling = limit.ceiling
    return {
        "on": ceiling.on,
        "text": ceiling_text(limit, prose.lang),
        "fixed": ceiling.fixed,
        "at_least": ceiling.at_least,
        "currency": ceiling.currency or None,
        "percent": ceiling.percent or None,
        "multiple": ceiling.multiple or None,
        "base": ceiling.base or None,
        "base_label": _BASES[ceiling.base][prose.lang] if ceiling.base else None,
        "whichever": ceiling.whichever or None,
        "per": ceiling.per or None,
        "computed": None
        if limit.base is None or limit.computed is None
        else {
            **_money(Money(currency=limit.base.currency, amount=limit.computed)),
            "from_base": _money(limit.base),
            "text": _computed(limit, prose.lang),
        },
    }


def ceiling_text(limit: Limit, lang: str) -> str:
    """A ceiling in words, such as ``the entity: up to EUR 20,000,000 or up to 4 % of …``."""
    words, ceiling = _WORDS[lang], limit.ceiling
    parts = []
    if ceiling.fixed is not None and ceiling.at_least == ceiling.fixed:
        parts.append(words["exactly"].format(amount=_shown(ceiling.currency, ceiling.fixed)))
    elif ceiling.fixed is not None and ceiling.at_least is not None:
        low = _shown(ceiling.currency, ceiling.at_least)
        parts.append(
            words["from_to"].format(low=low, amount=_shown(ceiling.currency, ceiling.fixed))
        )
    elif ceiling.fixed is not None:
        parts.append(words["up_to"].format(amount=_shown(ceiling.currency, ceiling.fixed)))
    elif ceiling.at_least is not None:
        parts.append(words["at_least"].format(amount=_shown(ceiling.currency, ceiling.at_least)))
    for name in ("percent", "multiple"):
        if n := getattr(ceiling, name):
            parts.append(words[name].format(n=n, base=_BASES[ceiling.base][lang]))
    text = words["and_or"].join(parts) + words.get(ceiling.whichever, "")
    if ceiling.per:
        text += words["per"].format(per=words.get(ceiling.per, ceiling.per))
    colon = "：" if lang == "zh" else ": "
    return f"{words[ceiling.on]}{colon}{text}"


def _computed(limit: Limit, lang: str) -> str:
    assert limit.base is not None
    assert limit.computed is not None
    return _WORDS[lang]["computed"].format(
        amount=_shown(limit.base.currency, limit.computed),
        base=_BASES[limit.ceiling.base][lang],
        given=_shown(limit.base.currency, limit.base.amount),
    )


def _money(of: Money) -> dict[str, str]:
    """Currency and amount; the amount as text, to the last digit."""
    return {"currency": of.currency, "amount": f"{_whole(of.amount):f}"}


def _whole(amount: Decimal) -> Decimal:
    """Without digits below the smallest coin, rounded down."""
    cents = amount.quantize(Decimal("0.01"), rounding=ROUND_DOWN)
    return cents.to_integral_value() if cents == cents.to_integral_value() else cents


def _shown(currency: str, amount: int | Decimal) -> str:
    return f"{currency} {_whole(Decimal(amount)):,}"
