"""Signing up, registering, approval, inviting and joining in a real browser; axe and phones on these pages."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from conftest import PASSWORD, Cast
from django.core import mail
from playwright.sync_api import Browser, Page, expect
from portal_browser import PHONE, UNUSABLE, chromium, tab
from stdnum.cn import uscc
from test_desk_decisions import _need, _offer, _report

from robotplus.portal.core.reader import Reader
from robotplus.portal.parties.models import Grant, Organisation, User
from robotplus.portal.parties.notices import notify

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(bool(UNUSABLE), reason=UNUSABLE),
    pytest.mark.django_db(transaction=True),
]
BODY = "91500000MA1TEXT12"
PDF = {"name": "执照.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7\n" + bytes(40)}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


def _session(client: Any, base: str) -> list[dict[str, str]]:
    return [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": base}]


def _sign_up(page: Page, email: str, name: str) -> None:
    page.goto("/accounts/signup/")
    page.get_by_label("姓名").fill(name)
    page.get_by_label("电子邮件").fill(email)
    page.get_by_label("密码", exact=True).fill("a long pass phrase 7")
    page.get_by_label("密码（重复）").fill("a long pass phrase 7")
    page.get_by_label("我同意隐私政策").check()
    page.get_by_role("main").get_by_role("button", name="注册").click()
    page.locator("input[name=code]").wait_for()
    found = re.search(r"^\s*([A-Z0-9]{3,}-?[A-Z0-9]{3,})\s*$", mail.outbox[-1].body, re.M)
    assert found is not None and mail.outbox[-1].to == [email]
    page.locator("input[name=code]").fill(found[1])
    page.get_by_role("main").locator("button[type=submit]").first.click()
    page.wait_for_url(lambda url: "/accounts/" not in url)


def test_a_maker_registers_is_approved_and_invites_a_colleague(
    live_server: Any, browser: Browser, cast: Cast
) -> None:
    base = live_server.url
    with tab(browser, base) as maker, tab(browser, base) as desk, tab(browser, base) as guest:
        _sign_up(maker.page, "maker@example.org", "张工")
        maker.page.goto("/organisations/new")
        maker.page.get_by_label("登记名称").fill("渝中机器人公司")
        maker.page.get_by_label("单位类型").select_option("maker")
        maker.page.get_by_label(re.compile("统一社会信用代码")).fill(BODY + "0")
        maker.page.get_by_label(re.compile("营业执照")).set_input_files([PDF])
        maker.page.get_by_label("沙坪坝区").check()
        maker.page.get_by_role("main").get_by_role("button", name="注册").click()
        expect(maker.page.get_by_text("18 位，含校验码")).to_be_visible()
        expect(maker.page.get_by_label("登记名称")).to_have_value("渝中机器人公司")
        expect(maker.page.get_by_label("沙坪坝区")).to_be_checked()
        maker.page.get_by_label(re.compile("统一社会信用代码")).fill(BODY + uscc.calc_check_digit(BODY))
        maker.page.get_by_label(re.compile("营业执照")).set_input_files([PDF])
        maker.page.get_by_role("main").get_by_role("button", name="注册").click()
        expect(maker.page.get_by_role("heading", name="渝中机器人公司")).to_be_visible()
        expect(maker.page.get_by_text("除发布和邀请外均可正常使用")).to_be_visible()

        desk.page.context.add_cookies(_session(cast.client("operator"), base))
        desk.page.goto("/desk/")
        desk.page.get_by_role("link", name="渝中机器人公司").click()
        with desk.page.expect_download() as download:
            desk.page.get_by_role("link", name="营业执照").click()
        assert download.value.suggested_filename == "执照.pdf"
        desk.page.get_by_role("button", name="通过", exact=True).click()
        expect(desk.page.get_by_text("已通知该单位")).to_be_visible()

        maker.page.goto("/inbox/")
        maker.page.get_by_role("button", name=re.compile("已通过审核")).click()
        expect(maker.page.get_by_text("运营方于")).to_be_visible()
        maker.page.goto("/organisations/members/")
        maker.page.get_by_label("邮箱或手机号").fill("guest@example.org")
        maker.page.get_by_role("button", name="邀请", exact=True).click()
        expect(maker.page.get_by_text("guest@example.org")).to_be_visible()
        found = re.search(r"http://\S+", mail.outbox[-1].body)
        assert found is not None

        guest.page.goto(found[0])
        expect(guest.page.get_by_role("heading", name="登录")).to_be_visible()
        _sign_up(guest.page, "guest@example.org", "李工")
        guest.page.goto(found[0])
        guest.page.get_by_role("button", name="加入").click()
        expect(guest.page.get_by_text("欢迎加入")).to_be_visible()

        maker.page.reload()
        row = maker.page.get_by_role("listitem").filter(has_text="李工")
        row.get_by_role("button", name="结束").click()
        expect(row).to_have_count(0)
        guest.page.reload()
        expect(guest.page.get_by_role("link", name="成员", exact=True)).to_have_count(0)
        for one in (maker, desk, guest):
            assert [c for c in one.complaints if "422" not in c] == []
    made = Organisation.objects.get(name_zh="渝中机器人公司")
    assert made.state == "approved" and made.reviewed_by == cast.operator
    assert User.objects.filter(email="guest@example.org").exists()
    assert not Grant.objects.today().filter(user__email="guest@example.org").exists()


@pytest.fixture
def busy(cast: Cast) -> Cast:
    """Everything that can stand on the pages, stands there."""
    plant = cast.reader("buyer").organisation
    assert plant is not None
    _offer(cast)
    _report(_need(cast, "public"))
    for verb in ("organisation.approve", "member.join"):
        notify(cast.buyer, verb, plant)
    return cast


PAGES = {
    "visitor": ["/accounts/signup/", "/privacy", "/organisations/"],
    "buyer": ["/me/", "/inbox/", "/organisations/members/", "/organisations/new"],
    "operator": ["/desk/", "/desk/funnel/", "/desk/events/", "/desk/officials/"],
}


@pytest.mark.parametrize("role", PAGES)
def test_axe_finds_nothing_and_phones_need_no_sideways_scrolling(
    live_server: Any, browser: Browser, busy: Cast, role: str
) -> None:
    reader: Reader = busy.reader(role)
    paths = list(PAGES[role])
    if reader.organisation_id:
        paths.append(f"/organisations/{reader.organisation_id}/")
    with tab(browser, live_server.url) as opened:
        if role != "visitor":
            opened.page.context.add_cookies(_session(busy.client(role), live_server.url))
        for path in paths:
            opened.page.goto(path)
            assert opened.axe() == [], path
            opened.page.set_viewport_size(PHONE)
            assert opened.overflow() <= 0, path
            opened.page.set_viewport_size({"width": 1280, "height": 800})
        assert opened.complaints == []


def test_the_second_factor_is_asked_for_once_it_is_set_up(
    live_server: Any, browser: Browser, cast: Cast
) -> None:
    """Set up with the secret that the page shows; then a new browser needs password and code."""

    def code(secret: str) -> str:
        return format_hotp_value(hotp_value(secret, int(time.time()) // 30))

    cast.buyer.email = "buyer@example.org"
    cast.buyer.save()
    EmailAddress.objects.create(user=cast.buyer, email=cast.buyer.email, verified=True, primary=True)
    with tab(browser, live_server.url) as opened:
        page = opened.page

        def sign_in() -> None:
            page.goto("/accounts/login/")
            page.locator("input[name=login]").fill("buyer@example.org")
            page.locator("input[name=password]").fill(PASSWORD)
            page.get_by_role("main").locator("button[type=submit]").first.click()
            page.wait_for_url(lambda url: "login" not in url)

        sign_in()
        page.goto("/accounts/2fa/totp/activate/")  # asks for the password once more
        page.locator("input[name=password]").fill(PASSWORD)
        page.get_by_role("main").locator("button[type=submit]").first.click()
        secret = page.locator("#authenticator_secret").input_value()
        page.locator("input[name=code]").fill(code(secret))
        page.get_by_role("main").locator("button[type=submit]").first.click()
        page.wait_for_url(lambda url: "activate" not in url)
        page.context.clear_cookies()
        sign_in()
        page.locator("input[name=code]").wait_for()
        page.goto("/me/")
        expect(page).to_have_url(re.compile("/accounts/"))
