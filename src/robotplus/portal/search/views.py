"""The page of the search, and what its box suggests while one types."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from robotplus.portal.core.kinded import reader_of
from robotplus.portal.search import showing, suggesting
from robotplus.portal.search.filters import Filters
from robotplus.portal.search.finding import search
from robotplus.portal.search.parsing import LONGEST


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    text = request.GET.get("q", "").strip()[:LONGEST]
    filters = Filters.read(request.GET.dict())
    found = search(reader_of(request), text, filters=filters, cursor=request.GET.get("cursor", ""))
    context = {
        "text": text,
        "found": found,
        "hits": showing.shown(found),
        "chips": showing.chips((*found.question.bounds, *filters.bounds)),
        "nouns": showing.noun_choices(found, request.GET),
        "facets": showing.facet_choices(found, request.GET),
        "areas": showing.areas(filters.area),
        "filters": filters,
    }
    return render(request, "search/search.html", context)


@require_GET
def suggest(request: HttpRequest) -> HttpResponse:
    text = request.GET.get("q", "").strip()[: suggesting.LONGEST]
    found = suggesting.suggestions(reader_of(request), text)
    return render(request, "search/suggestions.html", {"found": found})
