"""Certificates that travel between processes, and documents read without becoming text."""

from __future__ import annotations

import dataclasses
import pickle

import pytest

from robotplus.certificates.certificate import Certificate, as_written, read_certificate
from robotplus.hashing import canonical
from robotplus.matching.answer import Answer
from robotplus.matching.parcels import packed


def document(certificate: Certificate) -> bytes:
    return canonical(certificate.to_document())


def test_a_parcel_opens_to_the_same_certificate(answered: Answer) -> None:
    for solution in answered.solutions[:5]:
        certificate = solution.certificate
        parcel = pickle.loads(pickle.dumps(packed(certificate)))
        assert parcel.robot_id == certificate.robot_id
        assert parcel.certificate.need == {} and parcel.certificate.moves == ()
        assert document(parcel.opened(certificate.need)) == document(certificate)
        # moves join, so that nothing is walked from one to the next
        walked = sum(float(abs(m.q[1:] - m.q[:-1]).sum()) for m in certificate.moves)
        assert parcel.way() == pytest.approx(walked, abs=1e-6)


def test_a_document_reads_as_its_text_does(answered: Answer) -> None:
    certificate = answered.solutions[0].certificate
    odd = dataclasses.replace(
        certificate, claims={**certificate.claims, "takt_s": (1, 2.5)}
    )  # a tuple becomes a list
    for one in (certificate, odd):
        written = one.to_document()
        read, short = read_certificate(canonical(written).decode()), as_written(written)
        assert document(short) == document(read)
        assert {k: v for k, v in vars(short).items() if k != "moves"} == {
            k: v for k, v in vars(read).items() if k != "moves"
        }
        for a, b in zip(short.moves, read.moves, strict=True):
            assert (a.kind, a.stop) == (b.kind, b.stop)
            assert all((getattr(a, k) == getattr(b, k)).all() for k in ("t", "q", "qd", "qdd"))
