"""What is written into the index of a model, offer, need or scenario: weighted terms, facets and figures.

A weight says how much a term tells of the entry: most in the title, less in names (kind, model, maker, scenario,
district, organisation), least in prose; half for pairs of characters and broader concepts; more in a short title
than in a long one; and by noun, so that a scenario stands before the models and offers that it names. An organisation
that asked not to be named gives no token.
"""

from __future__ import annotations

import datetime as dt
import functools
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils import timezone

from robotplus.errors import NeedError
from robotplus.portal.catalogue.models import Model
from robotplus.portal.core.models import Area, Visibility
from robotplus.portal.kinds import Kind, kind
from robotplus.portal.kinds.kind import KindError
from robotplus.portal.needs.models import Need
from robotplus.portal.offers.models import Offer
from robotplus.portal.search.models import Noun
from robotplus.portal.search.quantities import quantity_of_field
from robotplus.portal.search.tokens import EVERYTHING, FULL, term, tokens
from robotplus.scenarios.library import Scenario, get_scenario

EVERYBODY: Final = 0  # the audience of what is public
TITLE, NAMES, PROSE = 8, 5, 2
USUAL_TITLE = 12  # tokens; a longer title says less by each
PRIOR: Final = {Noun.SCENARIO: 1.6, Noun.MODEL: 1.25, Noun.OFFER: 1.0, Noun.NEED: 1.0}
SCALE = 4
HIGHEST = 255
SHOWN_TEXT = 400  # characters kept to be shown
READ_TEXT = 2000  # characters of prose that are searched
MODEL_KINDS: Final = {
    "industrial": "工业机器人 industrial robot",
    "collaborative": "协作机器人 collaborative robot",
    "education": "教育 科研 机器人 education research robot",
    "scara": "水平关节 SCARA 机器人 robot",
    "palletizer": "码垛机器人 palletizer robot",
}
AXES_ZH: Final = {4: "四轴", 5: "五轴", 6: "六轴", 7: "七轴"}
PROVEN: Final = ("proven", "proven_if_confirmed")

FigureRow = tuple[str, float | None, str]  # name, number, text


@dataclass(frozen=True)
class Document:
    """One entry as it is to be written. ``audiences``: see ``Posting.audience``."""

    noun: Noun
    subject_id: str
    kind: str
    title: str
    text: str
    audiences: tuple[int, ...]
    terms: Mapping[int, int]  # weight by term
    figures: tuple[FigureRow, ...] = ()
    field: str = ""
    scenario: str = ""
    area: str = ""
    maker: str = ""
    organisation_id: int | None = None
    hidden: bool = False
    updated_at: dt.datetime = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def weigh(noun: Noun, title: str, names: Iterable[str], prose: str) -> dict[int, int]:
    """Terms with their weights, 1 to 255."""
    found: dict[int, float] = {term(EVERYTHING): 1 / SCALE / PRIOR[noun]}
    in_title = tokens(title)
    length = sum(1 for strength in in_title.values() if strength == FULL)
    brief = min(1.3, 1 / (0.6 + 0.4 * length / USUAL_TITLE))
    parts: list[tuple[Mapping[str, int], float]] = [
        (in_title, TITLE * brief),
        (tokens(prose[:READ_TEXT]), PROSE),
    ]
    parts += [(_name_tokens(name), NAMES) for name in names]
    for part, weight in parts:
        for token, strength in part.items():
            t = term(token)
            found[t] = max(found.get(t, 0.0), weight * strength / FULL)
    return {t: max(1, min(HIGHEST, round(w * SCALE * PRIOR[noun]))) for t, w in found.items()}


@functools.lru_cache(maxsize=20_000)
def _name_tokens(name: str) -> Mapping[str, int]:
    """Names of kinds, models, areas and organisations come again and again."""
    return tokens(name)


def scenario_document(scenario: Scenario) -> Document:
    about = f"{scenario.about_zh}\n{scenario.about_en}"
    return Document(
        Noun.SCENARIO,
        scenario.id,
        "scenario",
        f"{scenario.name_zh} {scenario.name_en}",
        about,
        (EVERYBODY,),
        weigh(Noun.SCENARIO, f"{scenario.name_zh} {scenario.name_en}", ["应用场景 scenario"], about),
        field=scenario.field,
        scenario=scenario.id,
    )


def model_document(model: Model, proven: Iterable[str]) -> Document:
    """A model; one whose file is closed to others gives its name alone.

    Args:
        proven: scenarios that it is proven for.
    """
    title = f"{model.maker} {model.name}"
    named = [scenario_name(s) for s in proven]
    names = [MODEL_KINDS.get(model.category, f"机器人 robot {model.category}"), *named]
    open_file = model.access != Model.Access.CHECK_ONLY
    values = model.current.values if model.current is not None and open_file else {}
    axes = len(values.get("joints", ()))
    if axes in AXES_ZH:
        names.append(f"{AXES_ZH[axes]} {axes}轴 {axes}-axis")
    private = model.access == Model.Access.PRIVATE
    audience = (model.owner_id or EVERYBODY,) if private else (EVERYBODY,)
    figures = model_figures(values)
    return Document(
        Noun.MODEL,
        model.pk,
        "model",
        title,
        " · ".join(named),
        audience,
        weigh(Noun.MODEL, title, names, ""),
        (*figures, *(("scenario", None, s) for s in proven)),
        maker=model.maker,
        organisation_id=model.owner_id,
        updated_at=model.current.at if model.current is not None else timezone.now(),
    )


def model_figures(values: Mapping[str, Any]) -> tuple[FigureRow, ...]:
    """A model file's ratings that are numbers, and how many axes it has."""
    out: list[FigureRow] = []
    for name, rating in values.get("ratings", {}).items():
        number = (rating or {}).get("value")
        if isinstance(number, (int, float)) and not isinstance(number, bool) and math.isfinite(number):
            quantity, factor = quantity_of_field(name)
            out.append((quantity, number * factor, ""))
    if values.get("joints"):
        out.append(("axes", float(len(values["joints"])), ""))
    return tuple(out)


def offer_document(offer: Offer, ratings: Mapping[str, tuple[FigureRow, ...]]) -> Document:
    """An offer with the figures of its kind, of its price, and of the model that it is of.

    Args:
        ratings: figures of models by id, at least of this offer's.
    """
    of = kind(offer.kind, "offer")
    values = offer.current.values if offer.current is not None else {}
    model = offer.model
    listed = of.state(offer.state).listed
    public = listed and offer.visibility == Visibility.PUBLIC
    names = [*_names(of, values), offer.organisation.name_zh, offer.organisation.name_en]
    if model is not None:
        names.append(f"{model.maker} {model.name} {MODEL_KINDS.get(model.category, '')}")
    prose = _prose(of, values)
    own = _figures(of, values)
    known = {name for name, _number, _text in own}
    shared = () if model is None else ratings.get(model.pk, ())
    return Document(
        Noun.OFFER,
        str(offer.pk),
        offer.kind,
        offer.title,
        prose[:SHOWN_TEXT],
        (EVERYBODY,) if public else (offer.organisation_id,),
        weigh(Noun.OFFER, offer.title, names, prose),
        (*own, *(f for f in shared if f[0] not in known)),
        field=_field(values, values.get("scenario", "")),
        scenario=values.get("scenario", ""),
        maker="" if model is None else model.maker,
        organisation_id=offer.organisation_id,
        updated_at=offer.updated_at,
    )


def need_document(need: Need, invited: Iterable[int]) -> Document:
    """A need; who asked not to be named is in none of its words.

    Args:
        invited: the organisations that it is shown to.
    """
    of = kind(need.kind, "need")
    values = need.current.values if need.current is not None else {}
    listed = of.state(need.state).listed
    audiences: tuple[int, ...] = (need.organisation_id,)
    if listed and need.visibility == Visibility.PUBLIC:
        audiences = (EVERYBODY,)
    elif listed and need.visibility == Visibility.INVITED:
        audiences = (need.organisation_id, *(-i for i in sorted(set(invited))))
    names = _names(of, values, need.scenario)
    if not need.hide_organisation:
        names += [need.organisation.name_zh, need.organisation.name_en]
    if need.area is not None:
        names.append(f"{need.area.name_zh} {need.area.name_en}")
    prose = _prose(of, values)
    return Document(
        Noun.NEED,
        str(need.pk),
        need.kind,
        need.title,
        prose[:SHOWN_TEXT],
        audiences,
        weigh(Noun.NEED, need.title, names, prose),
        _figures(of, values),
        field=need.field or _field(values, need.scenario),
        scenario=need.scenario,
        area=need.area.code if need.area is not None else "",
        organisation_id=need.organisation_id,
        hidden=need.hide_organisation,
        updated_at=need.updated_at,
    )


@functools.cache
def scenario_name(scenario_id: str) -> str:
    try:
        found = get_scenario(scenario_id)
    except NeedError:
        return ""
    return f"{found.name_zh} {found.name_en}"


def area_name(code: str) -> str:
    found = _areas().get(code)
    return "" if found is None else f"{found.name_zh} {found.name_en}"


@functools.cache
def _areas() -> Mapping[str, Area]:
    """Read once a process: areas change with a deployment, and a new one is found after the next start."""
    return {a.code: a for a in Area.objects.all()}


def _names(of: Kind, values: Mapping[str, Any], scenario: str = "") -> list[str]:
    """Short words: the kind's, what was chosen, and what scenario and areas are called."""
    out = [f"{of.label.zh} {of.label.en}"]
    scenarios = {scenario, values.get("scenario", "")} - {""}
    out += [scenario_name(named) for named in sorted(scenarios)]
    for f in of.fields:
        value = values.get(f.name)
        if value in (None, "", []):
            continue
        if f.type in ("choice", "choices"):
            chosen = value if isinstance(value, list) else [value]
            out += [f"{o.label.zh} {o.label.en}" for o in f.options if o.value in chosen]
        elif f.type == "text":
            out.append(str(value))
        elif f.type in ("area", "areas"):
            out += [area_name(code) for code in (value if isinstance(value, list) else [value])]
    return out


def _prose(of: Kind, values: Mapping[str, Any]) -> str:
    return "\n".join(str(values[f.name]) for f in of.fields if f.type == "prose" and values.get(f.name))


def _figures(of: Kind, values: Mapping[str, Any]) -> tuple[FigureRow, ...]:
    """Numbers by their quantity; choices, areas and scenarios as texts, a row for each."""
    out: list[FigureRow] = []
    for f in of.fields:
        value = values.get(f.name)
        if value in (None, "", []):
            continue
        if f.type == "number":
            quantity, factor = quantity_of_field(f.name)
            out.append((quantity, float(value) * factor, ""))
        elif f.type == "price" and value["basis"] == "unit" and value["currency"] == "CNY":
            out.append(("price", float(value["amount"]), ""))
        elif f.type in ("choice", "choices", "area", "areas") and f.filter:
            name = "area" if f.type.startswith("area") else f.name
            several = value if isinstance(value, list) else [value]
            out += [(name, None, str(v)[:80]) for v in several]
    return tuple(out)


def _field(values: Mapping[str, Any], scenario: str) -> str:
    if scenario:
        try:
            return get_scenario(scenario).field
        except NeedError:
            return ""
    return str(values.get("field", ""))


def known_kind(noun: str, kind_id: str) -> bool:
    """Whether a stored kind still has its file; what has none cannot be shown and is not indexed."""
    try:
        kind(kind_id, noun)  # type: ignore[arg-type]
    except KindError:
        return False
    return True
