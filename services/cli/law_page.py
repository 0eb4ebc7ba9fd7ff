"""How the law reads on a terminal: rules, counts and verdicts as lines, Vietnamese or English."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Final

from services.core.contracts.catalogue import Catalogue
from services.core.contracts.days import VIET_NAM
from services.core.law.counting import Count
from services.core.law.forbidden_times import Forbidden
from services.core.law.rules import Book, Law, Rule, Sentence, row_of
from services.core.law.working_days import calendar
from services.core.telling.lang import Lang

_UNITS: Final = {
    "NLV": Sentence("ngày làm việc", "working days"),
    "N": Sentence("ngày", "days"),
    "TH": Sentence("tháng", "months"),
    "NAM": Sentence("năm", "years"),
    "GIO": Sentence("giờ", "hours"),
    "PHAN_TRAM": Sentence("%", "%"),
}
_WEEKDAYS: Final = {
    "vi": ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}
_KINDS: Final = {
    "duty": Sentence("việc phải làm trong thời hạn", "a duty within a term"),
    "period": Sentence("thời hạn tự hết", "a period that ends by itself"),
    "check": Sentence("chỉ xét khi có việc", "looked at when the act comes"),
    "lead": Sentence("tính lùi từ ngày đã ấn định", "counted backwards from the day fixed"),
    "cycle": Sentence("việc lặp lại theo kỳ", "a duty that comes again"),
    "bound": Sentence("quy tắc, không phải thời hạn", "a rule, no term"),
}
_EFFECTS: Final = {
    "refuse": Sentence("có thể từ chối việc dự định", "may refuse an intended act"),
    "note": Sentence("chỉ ghi chú", "notes only"),
    "alarm": Sentence("báo động", "raises an alarm"),
}
_UNVERIFIED: Final = Sentence("chưa kiểm chứng", "not verified")
_READ: Final = Sentence("đã đọc văn bản", "read in the text")
_UP_TO: Final = Sentence("tới", "up to")
_NEW: Final = Sentence("mới", "new")
_CHANGED: Final = Sentence("thay đổi", "changed")
_GONE: Final = Sentence("không còn", "gone")
_LATEST: Final = Sentence("chỉ muộn hơn ngày này mới bị từ chối", "only later may be refused")
_DEFAULT: Final = Sentence("mặc định, chưa đối chiếu", "a default, not compared")


def say(sentence: Sentence, lang: Lang) -> str:
    """Return a sentence in one language."""
    return sentence.vi if lang == "vi" else sentence.en


def number(rule: Rule, lang: Lang) -> str:
    """Return the limit of a rule as people write it."""
    if rule.day is not None:
        return rule.day.strftime("%d-%m-%Y")
    if rule.unit == "NGAY":
        return say(Sentence("ngay", "at once"), lang)
    if rule.amount is None or rule.unit is None:
        return say(Sentence("không có số", "no number"), lang)
    unit = say(_UNITS[rule.unit], lang)
    return f"{rule.amount} {unit.removesuffix('s') if rule.amount == 1 else unit}"


def line(rule: Rule, lang: Lang) -> str:
    """Return the line of a rule in a list."""
    doubt = f"  [{_doubt(rule, lang)}]" if not rule.verified else ""
    return (
        f"{rule.id:22} {rule.article or '-':24} {number(rule, lang):16} "
        f"{say(rule.says, lang)}{doubt}"
    )


def page(rule: Rule, known: Law, lang: Lang) -> Iterator[str]:
    """Yield all that is known of a rule."""
    words = known.words
    yield f"{rule.id} ({rule.version})  {say(rule.says, lang)}"
    rows: list[tuple[Sentence, str]] = [
        (Sentence("điều", "article"), f"{rule.article or '-'}, {rule.source}"),
        (Sentence("thời hạn", "limit"), f"{number(rule, lang)} ({say(_KINDS[rule.kind], lang)})"),
        (Sentence("tính từ", "counted from"), say(words.start[rule.start], lang)),
        (Sentence("kết thúc", "ends"), say(words.stop[rule.stop], lang)),
        (Sentence("ai", "who"), say(words.who[rule.who], lang)),
        (Sentence("hệ quả", "effect"), say(_EFFECTS[rule.effect], lang)),
    ]
    if longer := rule.extension:
        how = (
            Sentence("tính cả thời hạn thường", "in all")
            if longer.total
            else (Sentence("thêm sau thời hạn thường", "more, from the normal end"))
        )
        by = f", {longer.rule}" if longer.rule else ""
        unit = say(_UNITS[longer.unit], lang)
        rows.append(
            (
                Sentence("gia hạn", "extension"),
                f"{say(_UP_TO, lang)} {longer.amount} {unit} ({say(how, lang)}{by})",
            )
        )
    if rule.exception:
        rows.append((Sentence("ngoại lệ", "exception"), say(rule.exception, lang)))
    if rule.was:
        rows.append((Sentence("trước đây", "before"), rule.was))
    verified = say(_READ, lang) if rule.verified else _doubt(rule, lang)
    for label, value in rows:
        yield f"  {say(label, lang):13} {value}"
    yield f"  verified: {str(rule.verified).lower()} ({verified})"


def holds(id_: str, known: Law, lang: Lang) -> str:
    """Return from when to when the law has something like a rule, and under which id."""
    named = [f"{version} ({_as_in(id_, version, known)})" for version in known.holds(id_)]
    label = say(Sentence("có trong", "holds in"), lang)
    return f"{label}: {', '.join(named)}"


def _as_in(id_: str, version: str, known: Law) -> str:
    book = known.book(version)
    until = book.until or "…"
    return f"{_name_in(id_, version, known)}, {book.since} – {until}"


def _name_in(id_: str, version: str, known: Law) -> str:
    limits = known.alike(id_, version)
    return " + ".join(rule.id for rule in limits)


def changes(before: Book, after: Book, known: Law, lang: Lang) -> Iterator[str]:
    """Yield a line for each rule of the later version that differs, then for what is gone."""
    taken: set[str] = set()
    for rule in after.rules.values():
        old = _before(rule, before, known)
        if old is None:
            yield f"+ {say(_NEW, lang):10} {_short(rule, lang)}"
            continue
        taken.add(old.id)
        if differences := list(_differences(old, rule, known, lang)):
            yield (
                f"~ {say(_CHANGED, lang):10} {old.id} → {rule.id}: "
                f"{'; '.join(differences)}  {say(rule.says, lang)}"
            )
    for rule in before.rules.values():
        if rule.id not in taken and row_of(rule.id) not in taken:
            yield f"- {say(_GONE, lang):10} {_short(rule, lang)}"


def _short(rule: Rule, lang: Lang) -> str:
    return f"{rule.id}: {number(rule, lang)}  {say(rule.says, lang)}"


def _before(rule: Rule, before: Book, known: Law) -> Rule | None:
    found = known.alike(rule.id, before.version)
    return found[0] if len(found) == 1 else None


def _differences(old: Rule, new: Rule, known: Law, lang: Lang) -> Iterator[str]:
    if (old.amount, old.unit) != (new.amount, new.unit):
        yield f"{number(old, lang)} → {number(new, lang)}"
    if old.start != new.start:
        words = known.words.start
        yield f"{say(words[old.start], lang)} → {say(words[new.start], lang)}"


def steps(counted: Count, lang: Lang) -> Iterator[str]:
    """Yield a line for each day of a count, backwards where it was counted so."""
    for step in counted.steps:
        place = f"{step.number:4}" if step.number is not None else "   -"
        certain = "" if calendar().is_verified(step.day) else f"  [{say(_UNVERIFIED, lang)}]"
        why = f"  {say(step.why, lang)}" if step.why else ""
        yield f"{place}  {_day(step.day, lang)}{why}{certain}"


def answer(rule: Rule, counted: Count, known: Law, lang: Lang) -> Iterator[str]:
    """Yield when a term ends, from what it was counted, and how sure that is."""
    yield f"{rule.id} ({rule.version}, {rule.article or '-'})  {say(rule.says, lang)}"
    start = say(known.words.start[rule.start], lang)
    yield f"  {number(rule, lang)}, {say(known.words.who[rule.who], lang)}"
    yield f"  {say(Sentence('từ', 'from'), lang):5} {_when(counted.start, lang)} ({start})"
    label = say(Sentence("đến", "due"), lang)
    if counted.last is not None:
        yield f"  {label:5} 24:00 {_day(counted.last, lang)}"
    elif counted.due is not None:
        yield f"  {label:5} {_when(counted.due, lang)}"
    if counted.latest is not None:
        latest = _day(counted.latest, lang)
        yield f"  {say(Sentence('muộn', 'last'), lang):5} {latest} ({say(_LATEST, lang)})"
    if rule.exception:
        yield f"  {say(Sentence('ngoại lệ:', 'exception:'), lang)} {say(rule.exception, lang)}"
    if not rule.verified:
        yield f"  verified: false ({_doubt(rule, lang)})"
    elif not counted.verified:
        days = Sentence("một ngày nghỉ chưa được công bố", "a day off is not announced")
        yield f"  verified: false ({say(days, lang)})"


def reason(each: Forbidden, catalogue: Catalogue, lang: Lang) -> dict[str, object]:
    """Return a reason against coercion as data, its sentence in one language."""
    code = catalogue.codes[each.code]
    return {
        "code": each.code,
        "rule": each.rule.id,
        "version": each.rule.version,
        "article": each.rule.article,
        "effect": "refuse" if each.is_certain else "note",
        "verified": each.is_certain,
        "says": code.vi if lang == "vi" else code.en,
    }


def doubt(day: date, lang: Lang) -> dict[str, object]:
    """Return, as a reason that only notes, a day off that is not verified."""
    why = calendar().why_off(day) or Sentence(
        "chưa biết ngày nghỉ của năm này", "the days off of this year are not known"
    )
    return {
        "code": "FORBIDDEN_DAY",
        "effect": "note",
        "verified": False,
        "says": f"{_day(day, lang)}: {say(why, lang)}",
    }


def verdict(
    told: Sequence[dict[str, object]], allowed: datetime | None, lang: Lang, *, forbidden: bool
) -> Iterator[str]:
    """Yield whether coercion may be held, why not, and when it next may."""
    no = Sentence("KHÔNG ĐƯỢC cưỡng chế", "coercion may NOT be held")
    yes = Sentence("được cưỡng chế", "coercion may be held")
    yield say(no if forbidden else yes, lang)
    for each in told:
        mark = "" if each["verified"] else f" [{say(_UNVERIFIED, lang)}]"
        source = f" ({each['article']}, {each['version']})" if "article" in each else ""
        yield f"  {each['code']}: {each['says']}{source}{mark}"
    if allowed is not None:
        yield f"  {say(Sentence('được phép từ', 'next allowed'), lang)} {_when(allowed, lang)}"
    elif forbidden:
        long = Sentence("dài hơn một ngày cho phép", "longer than a day allows")
        yield f"  {say(long, lang)}"


def _doubt(rule: Rule, lang: Lang) -> str:
    return say(_DEFAULT if rule.default_from else _UNVERIFIED, lang)


def _when(when: date | datetime, lang: Lang) -> str:
    if isinstance(when, datetime):
        local = when.astimezone(VIET_NAM)
        return f"{local:%H:%M} {_day(local.date(), lang)}"
    return _day(when, lang)


def _day(day: date, lang: Lang) -> str:
    name = _WEEKDAYS[lang][day.weekday()]
    return f"{name} {day:%d-%m-%Y}" if lang == "vi" else f"{name} {day.isoformat()}"
