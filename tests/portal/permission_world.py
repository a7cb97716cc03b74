"""One of everything that a URL can name, each with who may read it and who may change it, said independently.

``THINGS`` of a world: kind of thing -> variant -> `Thing`. ``PAGES`` says what the arguments of a page's URL name;
the arguments of the API say so by their names (``API``).
"""

from __future__ import annotations

import datetime as dt
import functools
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from answered import answered, ask, small_catalogue
from conftest import ROLES, Cast
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from robotplus.hashing import digest
from robotplus.portal.catalogue.actions import do_claim_model, do_correct, do_load_catalogue
from robotplus.portal.catalogue.models import Model
from robotplus.portal.catalogue.owning import do_upload_model
from robotplus.portal.core.documents import do_store_document
from robotplus.portal.deals.actions.following import outcome_token
from robotplus.portal.deals.actions.inquiring import do_inquire
from robotplus.portal.deals.actions.moving import do_move_deal
from robotplus.portal.deals.actions.quoting import do_quote
from robotplus.portal.deals.actions.settling import do_show_contract
from robotplus.portal.deals.actions.talking import do_say
from robotplus.portal.deals.models import Deal, OutcomeQuestion
from robotplus.portal.desk.actions import do_feature, do_report
from robotplus.portal.evidence.actions import do_check_file, do_set_access
from robotplus.portal.evidence.models import Certificate
from robotplus.portal.jobs.models import Job
from robotplus.portal.matches.documents import scenario_document
from robotplus.portal.matches.models import Answer
from robotplus.portal.needs.actions import do_create_need, do_invite, do_move_need
from robotplus.portal.needs.models import Need
from robotplus.portal.offers.actions import do_create_offer, do_move_offer
from robotplus.portal.offers.models import Offer
from robotplus.portal.parties.actions import members
from robotplus.portal.parties.actions.tokens import do_create_token
from robotplus.portal.parties.models import ApiToken, Grant, Invitation, Notice
from robotplus.portal.parties.notices import notify
from robotplus.portal.programmes.actions import do_add_target, do_measure
from robotplus.portal.programmes.models import Programme
from robotplus.scenarios.library import get_scenario

Roles = frozenset[str]
ALL: Roles = frozenset(ROLES)
SIGNED: Roles = ALL - {"visitor"}
OPERATOR: Roles = frozenset({"operator"})
DESK: Roles = OPERATOR | {"district_official", "city_official"}
ORGANISERS: Roles = OPERATOR | {"city_official"}  # of the city's programmes; the district's covers less
PLANT: Roles = frozenset({"buyer", "buyer_viewer"})
EDITORS: Roles = frozenset({"buyer", "seller", "rival", "newcomer"})
APPROVED: Roles = EDITORS - {"newcomer"}
NONE: Roles = frozenset()
URDF = b'<robot name="arm"/>'
PDF = b"%PDF-1.7\n" + bytes(40)
SERVICE = {"service": ["integration"]}
GOALS = {"goals": "50 cells", "starts": "2026-01-01", "ends": "2027-12-31"}
PRICE = {
    "amount": "10",
    "currency": "CNY",
    "tax_included": True,
    "tax_rate": "0.13",
    "basis": "unit",
    "scope": [],
}
QUOTE: dict[str, Any] = {"price": PRICE, "lead_time_d": 30}
TOPIC = {"topic": "Joint tests", "wanted": "A partner"}


@dataclass(frozen=True)
class Thing:
    key: Any
    readers: Roles
    writers: Roles


class World:
    def __init__(self, cast: Cast) -> None:
        self.cast = cast

    def things(self, kind: str) -> dict[str, Thing]:
        found: dict[str, Thing] = getattr(self, kind)
        return found

    @functools.cached_property
    def need(self) -> dict[str, Thing]:
        return {
            "private": Thing(self._need("private").pk, PLANT, frozenset({"buyer"})),
            "invited": Thing(self._need("invited").pk, PLANT | {"seller"}, frozenset({"buyer"})),
            "public": Thing(self._need("public").pk, ALL, frozenset({"buyer", "operator"})),
        }

    @functools.cache  # noqa: B019 - a world lives as long as its test
    def _need(self, visibility: str) -> Need:
        buyer, seller = self.cast.reader("buyer"), self.cast.reader("seller")
        document = scenario_document(get_scenario("arc_welding"), {})
        need = do_create_need(
            buyer,
            kind="cooperation",
            title="Joint tests",
            values=TOPIC,
            document=document,
            visibility=visibility,
        )
        if visibility == "invited":
            assert seller.organisation is not None
            do_invite(buyer, need.pk, seller.organisation.pk)
            do_move_need(buyer, need.pk, "open")
        if visibility == "public":
            do_move_need(buyer, need.pk, "submit")
            do_move_need(self.cast.reader("operator"), need.pk, "publish")
        return need

    @functools.cached_property
    def offer(self) -> dict[str, Thing]:
        seller = frozenset({"seller"})
        return {
            "draft": Thing(self._offer(public=False).pk, seller, seller),
            "public": Thing(self._offer(public=True).pk, ALL, seller | OPERATOR),
        }

    @functools.cache  # noqa: B019
    def _offer(self, *, public: bool) -> Offer:
        seller = self.cast.reader("seller")
        offer = do_create_offer(seller, kind="service", title="Integration", values=SERVICE)
        if public:
            do_move_offer(seller, offer.pk, "submit")
            do_move_offer(self.cast.reader("operator"), offer.pk, "publish")
        return offer

    @functools.cached_property
    def model(self) -> dict[str, Thing]:
        do_load_catalogue(small_catalogue())
        seller = frozenset({"seller"})
        return {
            "public": Thing(self.public_model, ALL, SIGNED),
            "check_only": Thing(self._model("check_only"), ALL, SIGNED),
            "private": Thing(self._model("private"), seller, seller),
        }

    @functools.cached_property
    def upload(self) -> dict[str, Thing]:
        """The reading of a description that waits."""
        made = do_upload_model(
            self.cast.reader("seller"), SimpleUploadedFile("arm.urdf", URDF, "application/xml")
        )
        return {"own": Thing(made.pk, frozenset({"seller"}), NONE)}

    public_model = "fanuc_lrmate25_19a"

    def _model(self, access: str) -> str:
        like = Model.objects.get(pk=self.public_model)
        assert like.current is not None
        document = {**like.current.values, "id": f"own_{access}"}
        made = Model.objects.create(
            id=f"own_{access}",
            maker="Own",
            name=access,
            access=access,
            owner=self.cast.reader("seller").organisation,
        )
        made.current = made.revisions.create(
            number=1, values=document, kind_version=1, sha256=digest(document)
        )
        made.save()
        return str(made.pk)

    @functools.cached_property
    def answer(self) -> dict[str, Thing]:
        own = frozenset({"buyer"})
        shared = answered(self.cast.reader("buyer"), seam_length_mm=900.0)
        Answer.objects.filter(pk=shared.pk).update(shared=True)
        return {
            "own": Thing(self._answer.slug, PLANT, own),
            "shared": Thing(shared.slug, ALL, own),
        }

    @functools.cached_property
    def _answer(self) -> Answer:
        self.things("model")  # certificates name the models that are there
        return answered(self.cast.reader("buyer"))

    @functools.cached_property
    def robot(self) -> str:
        found = self._certificates[0].model_id
        assert found is not None
        return found

    @functools.cached_property
    def _certificates(self) -> list[Certificate]:
        key = self._answer.key
        return list(Certificate.objects.filter(result__key=key).order_by("pk"))

    @functools.cached_property
    def certificate(self) -> dict[str, Thing]:
        buyer, own = self.cast.reader("buyer"), frozenset({"buyer"})
        private, *rest = self._certificates
        opened = rest[0]
        do_set_access(buyer, opened, "check_only")
        return {
            "private": Thing(private.sha256.removeprefix("sha256:"), PLANT, own),
            "check_only": Thing(opened.sha256.removeprefix("sha256:"), ALL, own),
        }

    @functools.cached_property
    def organisation(self) -> dict[str, Thing]:
        plant, fresh = self.cast.reader("buyer").organisation, self.cast.reader("newcomer").organisation
        assert plant is not None and fresh is not None
        return {
            "approved": Thing(plant.pk, ALL, frozenset({"buyer"})),
            "pending": Thing(fresh.pk, OPERATOR | {"newcomer"}, frozenset({"newcomer"})),
        }

    @functools.cached_property
    def member(self) -> dict[str, Thing]:
        grant = Grant.objects.get(user=self.cast.buyer_viewer)
        return {"colleague": Thing(grant.pk, PLANT, frozenset({"buyer"}))}  # who may leave, too: PAGES

    @functools.cached_property
    def membership(self) -> dict[str, Thing]:
        return {"own": Thing(Grant.objects.get(user=self.cast.seller).pk, SIGNED, SIGNED)}

    @functools.cached_property
    def official(self) -> dict[str, Thing]:
        grant = Grant.objects.get(user=self.cast.district_official)
        return {"official": Thing(grant.pk, OPERATOR, OPERATOR)}

    @functools.cached_property
    def _invitation(self) -> tuple[Invitation, str]:
        links: list[str] = []

        def link(raw: str) -> str:
            links.append(raw)
            return raw

        made = members.do_invite(
            self.cast.reader("buyer"), address="new@example.org", role="editor", link=link
        )
        return made, links[0]

    @functools.cached_property
    def invitation(self) -> dict[str, Thing]:
        return {"open": Thing(self._invitation[0].pk, frozenset({"buyer"}), frozenset({"buyer"}))}

    @functools.cached_property
    def invitation_link(self) -> dict[str, Thing]:
        """Whoever has the link and an account may join: the link is the right."""
        return {"open": Thing(self._invitation[1], SIGNED, SIGNED)}

    @functools.cached_property
    def token(self) -> dict[str, Thing]:
        made: ApiToken = do_create_token(self.cast.reader("buyer"), label="matrix", scopes=("read",), days=1)[
            0
        ]
        return {"own": Thing(made.pk, frozenset({"buyer"}), frozenset({"buyer"}))}

    @functools.cached_property
    def notice(self) -> dict[str, Thing]:
        made: Notice = notify(self.cast.buyer, "need.open", self._need("private"))[0]
        return {"own": Thing(made.pk, frozenset({"buyer"}), frozenset({"buyer"}))}

    @functools.cached_property
    def document(self) -> dict[str, Thing]:
        buyer, none = self.cast.reader("buyer"), NONE

        def kept(subject: Any) -> uuid.UUID:
            upload = SimpleUploadedFile("a.pdf", PDF, "application/pdf")
            return do_store_document(buyer, upload, subject=subject).pk

        message = do_say(
            buyer,
            self._deal.pk,
            text="see",
            key=uuid.uuid4(),
            files=[SimpleUploadedFile("b.pdf", PDF, "application/pdf")],
        )
        said = self._document_of(message)
        return {
            "loose": Thing(kept(None), PLANT, none),
            "private_need": Thing(kept(self._need("private")), PLANT, none),
            "public_need": Thing(kept(self._need("public")), ALL, none),
            "licence": Thing(kept(buyer.organisation), frozenset({"buyer", "operator"}), none),
            "message": Thing(said, PLANT | {"seller"}, none),
        }

    @staticmethod
    def _document_of(subject: Any) -> Any:
        from robotplus.portal.core.models import Document

        return Document.objects.get(subject_type=subject._meta.label_lower, subject_id=str(subject.pk)).pk

    @functools.cached_property
    def _deal(self) -> Deal:
        buyer, seller = self.cast.reader("buyer"), self.cast.reader("seller")
        need = do_create_need(
            buyer,
            kind="application",
            title="Welding",
            values={},
            document=scenario_document(get_scenario("arc_welding"), {}),
            scenario="arc_welding",
        )
        made = do_inquire(
            buyer,
            kind="purchase",
            text="?",
            key=uuid.uuid4(),
            seller_id=seller.organisation_id,
            need_id=need.pk,
        )
        do_quote(seller, made.pk, values=QUOTE, valid_until=timezone.localdate())
        return do_move_deal(buyer, made.pk, "accept")

    @functools.cached_property
    def deal(self) -> dict[str, Thing]:
        return {"theirs": Thing(self._deal.pk, PLANT | {"seller"}, frozenset({"buyer", "seller"}))}

    @functools.cached_property
    def _line(self) -> int:
        line = self._deal.ledger.get()
        upload = SimpleUploadedFile("contract.pdf", PDF, "application/pdf")
        return do_show_contract(self.cast.reader("seller"), self._deal.pk, line.pk, upload).pk

    @functools.cached_property
    def amount(self) -> dict[str, Thing]:
        return {"contract": Thing(self._line, PLANT | {"seller"} | OPERATOR, OPERATOR)}

    @functools.cached_property
    def outcome(self) -> dict[str, Thing]:
        """The link of the mail is the right."""
        question = OutcomeQuestion.objects.filter(deal=self._deal).order_by("days")[0]
        return {"link": Thing(outcome_token(question), ALL, ALL)}

    @functools.cached_property
    def programme(self) -> dict[str, Thing]:
        city = self.cast.reader("city_official").organisation
        made = {
            state: Programme.objects.create(
                kind="pilot", organisation=city, title="Pilot", state=state, values={"goals": "50 cells"}
            ).pk
            for state in ("draft", "announced")
        }
        return {
            "draft": Thing(made["draft"], DESK, ORGANISERS),
            "announced": Thing(made["announced"], ALL, ORGANISERS),
        }

    @functools.cached_property
    def _target(self) -> int:
        given = {"indicator": "cells", "value": "50", "due": in_days(300)}
        announced = self.things("programme")["announced"].key
        return do_add_target(self.cast.reader("city_official"), announced, given).pk

    @functools.cached_property
    def _measurement(self) -> int:
        given = {"start": in_days(-30), "end": in_days(-1), "value": "5", "source": "count"}
        announced = self.things("programme")["announced"].key
        return do_measure(self.cast.reader("city_official"), announced, self._target, given).pk

    @functools.cached_property
    def desk_request(self) -> dict[str, Thing]:
        need = self._need("public")
        made = do_report(self.cast.reader("rival"), "needs.need", str(need.pk), text="wrong")
        return {"report": Thing(made.pk, DESK | {"rival"}, OPERATOR)}

    @functools.cached_property
    def claim(self) -> dict[str, Thing]:
        made = do_claim_model(self.cast.reader("rival"), self.things("model")["public"].key)
        return {"pending": Thing(made.pk, OPERATOR, OPERATOR)}

    @functools.cached_property
    def correction(self) -> dict[str, Thing]:
        made = do_correct(
            self.cast.reader("rival"),
            self.things("model")["public"].key,
            figure="payload_kg",
            new="26",
            source="data sheet 2026",
        )
        return {"open": Thing(made.pk, OPERATOR, OPERATOR)}

    @functools.cached_property
    def featuring(self) -> dict[str, Thing]:
        made = do_feature(self.cast.reader("operator"), self._offer(public=True).pk, reason="new", days=3)
        return {"now": Thing(made.pk, OPERATOR, OPERATOR)}

    @functools.cached_property
    def file_check(self) -> dict[str, Thing]:
        self.things("answer")  # computed before this waits
        made: Job = do_check_file(self.cast.reader("buyer"), b"{}")
        return {"own": Thing(made.pk, PLANT, frozenset({"buyer"}))}

    @functools.cached_property
    def job(self) -> dict[str, Thing]:
        self.things("answer")  # computed before this waits
        made = ask(self.cast.reader("buyer"), seam_length_mm=700.0)
        assert made.job is not None
        return {"waiting": Thing(made.job.pk, PLANT, frozenset({"buyer"}))}

    @functools.cached_property
    def supplier(self) -> int:
        found = self.cast.reader("seller").organisation_id
        assert found is not None
        return found


@dataclass(frozen=True)
class Page:
    """What a page's URL names: ``thing`` by its argument ``by``; the other arguments have a value each.

    ``readers`` and ``writers`` replace those of the thing where this page is for others; who may not read it may not
    change it either, except where the desk decides ``blind`` on what it does not read.
    """

    thing: str = ""
    by: str = "pk"
    rest: Callable[[World], Mapping[str, Any]] = lambda world: {}
    readers: Roles | None = None
    writers: Roles | None = None
    blind: bool = False
    htmx: bool = False  # it is asked for by htmx; else it only leads to the whole page


def _csv(world: World) -> dict[str, Any]:
    return {"kind": "csv"}


def _robot(world: World) -> dict[str, Any]:
    return {"robot": world.robot}


def in_days(days: int) -> str:
    return (timezone.localdate() + dt.timedelta(days=days)).isoformat()
