"""Links between the documents lead somewhere, and every document is reachable."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.docs.documents import PAGES, ROOT, anchor, headings, links


@pytest.mark.parametrize("path", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_lead_to_files_and_headings(path: Path) -> None:
    for link in links(path.read_text(encoding="utf-8")):
        if link.startswith(("http://", "https://")):
            continue
        name, _, wanted = link.partition("#")
        target = (path.parent / name).resolve() if name else path
        assert target.exists(), f"{path.name} links to {link}"
        assert target.is_relative_to(ROOT), f"{path.name} links out of the repository: {link}"
        if wanted:
            known = [anchor(h) for h in headings(target.read_text(encoding="utf-8"))]
            assert wanted in known, f"{path.name} links to {link}; {target.name} has {known}"


def test_every_page_can_be_reached_from_the_readme() -> None:
    seen: set[Path] = set()
    todo = [ROOT / "README.md"]
    while todo:
        path = todo.pop()
        if path in seen or path.suffix != ".md":
            continue
        seen.add(path)
        found = links(path.read_text(encoding="utf-8"))
        todo += [(path.parent / link.split("#")[0]).resolve() for link in found if "://" not in link]
    assert set(PAGES) <= seen, f"not reachable: {sorted(p.name for p in set(PAGES) - seen)}"


def test_every_picture_is_used_and_small() -> None:
    used = {(path.parent / link).resolve() for path in PAGES for link in links(path.read_text("utf-8"))}
    pictures = sorted((ROOT / "docs" / "images").iterdir())
    assert pictures
    for picture in pictures:
        assert picture in used, f"no page shows {picture.name}"
        assert picture.stat().st_size <= 200_000, f"{picture.name} is too large"
