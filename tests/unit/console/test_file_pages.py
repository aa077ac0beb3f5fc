"""The files of a case in the console: listed, opened by a named person, never run by a browser, released by two."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from PIL import Image
from sqlalchemy import select, update

from bot.console.app import console_app
from bot.console.passwords import Passwords
from bot.conversation.intake import take_in
from bot.conversation.wording import Wording
from bot.database.session import Database
from bot.database.states import FileKind, FileState, InboxState, StaffRole
from bot.database.tables import Attachment, AuditEntry, InboxMessage
from bot.messages.message import InboundMessage, MessageKind, SentFile
from bot.privacy.sealing import ServiceKeys
from bot.settings import Settings
from tests.unit.console.browser import Browser
from tests.unit.console.conftest import REPORTER, add_account, write

ROUTE = "Call the child protection unit. Copy nothing."
GPS = 0x8825


def a_photo() -> bytes:
    """A JPEG with a place, a device and a name in it."""
    exif = Image.Exif()
    exif[0x010F], exif[0x013B] = "DEVICE-MARKER", "NAME-MARKER"
    exif.get_ifd(GPS)[1] = "N"
    made = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(made, "JPEG", exif=exif, comment=b"COMMENT-MARKER")
    return made.getvalue()


@pytest.fixture
def sent(database: Database, keys: ServiceKeys, settings: Settings, case: int) -> int:
    """The case's reporter has sent a photo; the file's id."""
    return send(database, keys, settings, SentFile(kind=FileKind.PICTURE, media_type="image/jpeg", content=a_photo()))


def send(database: Database, keys: ServiceKeys, settings: Settings, file: SentFile) -> int:
    with database.transaction() as session:
        number = len(session.scalars(select(Attachment.id)).all())
        message = InboundMessage(
            channel="sandbox_sms",
            provider_id=f"file-{number}",
            address=REPORTER,
            kind=MessageKind.PHOTO,
            files=(file,),
        )
        assert take_in(session, message, keys=keys, settings=settings)
        session.execute(update(InboxMessage).values(state=InboxState.HANDLED))
        return session.scalars(select(Attachment.id).order_by(Attachment.id.desc())).first() or 0


def audited(database: Database) -> list[tuple[str, str | None]]:
    with database.transaction() as session:
        return [(each.action, each.detail) for each in session.scalars(select(AuditEntry).order_by(AuditEntry.id))]


@pytest.fixture
def opened(signed_in: Browser, case: int, sent: int) -> Browser:
    """Noor has opened the case."""
    assert signed_in.open(f"/cases/{case}").status_code == 200
    return signed_in


def test_a_file_is_listed_with_kind_size_time_and_state(opened: Browser) -> None:
    assert "Picture" in opened.page
    assert f"{-(-len(a_photo()) // 1024)} kB" in opened.page
    assert "Here" in opened.page
    assert opened.page.count("<img") == 1, "the console's own sign, and no thumbnail"


@pytest.mark.parametrize(
    ("state", "error_kind", "words"),
    [
        (FileState.WAITING, None, "Being fetched"),
        (FileState.FAILED, "file_unavailable", "Could not be fetched"),
        (FileState.REFUSED, "too_large", "Not taken: too large"),
        (FileState.ERASED, None, "Erased"),
    ],
)
def test_a_file_that_is_not_here_says_why_and_cannot_be_opened(
    opened: Browser, database: Database, state: FileState, error_kind: str | None, words: str
) -> None:
    with database.transaction() as session:
        session.execute(update(Attachment).values(state=state, error_kind=error_kind))
    opened.open("/cases/101")
    assert words in opened.page
    assert "/cases/101/files/open" not in set(opened.actions())


def test_a_picture_is_shown_redrawn_without_what_it_told(opened: Browser, database: Database, sent: int) -> None:
    shown = opened.send("/cases/101/files/open")
    assert shown.status_code == 200
    assert shown.headers["content-type"] == "image/jpeg"
    assert shown.headers["content-disposition"] == f'inline; filename="case-101-file-{sent}.jpg"'
    assert b"MARKER" in a_photo()
    assert b"MARKER" not in shown.content
    with Image.open(io.BytesIO(shown.content)) as picture:
        assert picture.size == (40, 30)
        assert dict(picture.getexif()) == {}
    assert audited(database)[-1] == ("file_opened", f"file_{sent}")


def test_a_file_comes_with_headers_under_which_nothing_in_it_runs(opened: Browser) -> None:
    headers = opened.send("/cases/101/files/open").headers
    assert headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"


def test_the_original_is_saved_as_it_came_and_that_is_in_the_audit(
    opened: Browser, database: Database, sent: int
) -> None:
    saved = opened.send("/cases/101/files/original")
    assert saved.content == a_photo()
    assert saved.headers["content-disposition"] == f'attachment; filename="case-101-file-{sent}.jpg"'
    assert audited(database)[-1] == ("original_taken", f"file_{sent}")


@pytest.mark.parametrize(
    ("kind", "media_type", "suffix"),
    [
        (FileKind.VOICE, "audio/ogg", "ogg"),
        (FileKind.DOCUMENT, "application/pdf", "pdf"),
        (FileKind.DOCUMENT, "text/plain", "txt"),
    ],
)
def test_all_but_a_redrawn_picture_is_to_be_saved_with_its_type(
    signed_in: Browser,
    database: Database,
    keys: ServiceKeys,
    settings: Settings,
    case: int,
    kind: FileKind,
    media_type: str,
    suffix: str,
) -> None:
    send(database, keys, settings, SentFile(kind=kind, media_type=media_type, content=b"%PDF or so"))
    signed_in.open(f"/cases/{case}")
    assert "Not cleaned" in signed_in.page
    given = signed_in.send(f"/cases/{case}/files/open")
    assert given.content == b"%PDF or so"
    assert given.headers["content-type"].partition(";")[0] == media_type
    assert given.headers["content-disposition"].startswith("attachment;")
    assert given.headers["content-disposition"].endswith(f'.{suffix}"')


def test_what_cannot_be_redrawn_is_said_and_not_shown(
    signed_in: Browser, database: Database, keys: ServiceKeys, settings: Settings, case: int
) -> None:
    broken = SentFile(kind=FileKind.PICTURE, media_type="image/jpeg", content=b"\xff\xd8 nothing")
    send(database, keys, settings, broken)
    signed_in.open(f"/cases/{case}")
    page = signed_in.follow(signed_in.send(f"/cases/{case}/files/open"))
    assert "cannot be redrawn" in page.text


def test_nobody_opens_a_file_without_signing_in_or_from_another_site(opened: Browser, browser: Browser) -> None:
    page = opened.page
    opened.cookies.clear()
    opened.page = page
    assert opened.send("/cases/101/files/open").status_code in (303, 401)
    opened.page = page
    assert opened.send("/cases/101/files/open", headers={"sec-fetch-site": "cross-site"}).status_code == 403


def test_a_file_number_that_is_none_of_this_case_is_not_here(opened: Browser) -> None:
    for file_id in ("999", "-1", "x"):
        opened.open("/cases/101")
        page = opened.follow(opened.send("/cases/101/files/open", file_id=file_id))
        assert "This file is not here" in page.text


def two_browsers(
    database: Database, keys: ServiceKeys, settings: Settings, wording: Wording, passwords: Passwords
) -> tuple[Browser, Browser]:
    """Noor's and Dara's, at a console whose operator has written down what the law asks."""
    deployment = wording.deployment.model_copy(update={"locked_files_route": ROUTE})
    app = console_app(
        database=database,
        keys=keys,
        settings=settings,
        wording=replace(wording, deployment=deployment),
        writes_as_sms=frozenset(),
        passwords=passwords,
    )
    add_account(database, passwords, "Dara", StaffRole.RESPONDER)
    pair = (Browser(app, settings.console_url), Browser(app, settings.console_url))
    for each, name in zip(pair, ("Noor", "Dara"), strict=True):
        assert each.sign_in(name).status_code == 303
    return pair


def test_a_locked_file_needs_two_persons_and_shows_what_the_law_asks(
    database: Database,
    keys: ServiceKeys,
    settings: Settings,
    wording: Wording,
    passwords: Passwords,
    noor: int,
    case: int,
    sent: int,
) -> None:
    write(database, keys, settings, "second", "she is 12 and they film her naked")
    his, hers = two_browsers(database, keys, settings, wording, passwords)
    his.open(f"/cases/{case}")
    assert ROUTE in his.page
    assert "Nobody opens it alone" in his.page
    assert f"/cases/{case}/files/open" not in set(his.actions())
    his.follow(his.send(f"/cases/{case}/files/release", reason="to_protect_a_child"))
    assert "a second person has to agree" in his.page
    assert f"/cases/{case}/files/release" not in set(his.actions()), "not twice the same"
    hers.open(f"/cases/{case}")
    assert "Noor asks to release it: to find or protect a child" in hers.page
    hers.follow(hers.send(f"/cases/{case}/files/release"))
    assert "Released" in hers.page
    assert hers.send(f"/cases/{case}/files/open").headers["content-type"] == "image/jpeg"
    detail = f"file_{sent}:to_protect_a_child"
    assert [each for each in audited(database) if "release" in each[0]] == [
        ("file_release_asked", detail),
        ("file_released", detail),
    ]


def test_without_a_written_route_the_page_says_that_nothing_can_be_released(
    opened: Browser, database: Database
) -> None:
    opened.follow(opened.send("/cases/101/files/lock"))
    assert "All files of this case are locked" in opened.page
    assert "nothing is written down yet" in opened.page
    opened.follow(opened.send("/cases/101/files/release", reason="for_the_authority"))
    assert "has not written down what the law asks" in opened.page
    assert [each for each, _ in audited(database) if "file" in each] == ["files_locked"]


def test_the_audit_shows_the_reason_of_a_release(
    database: Database, passwords: Passwords, browser: Browser, case: int, sent: int
) -> None:
    supervisor = add_account(database, passwords, "Sokha", StaffRole.SUPERVISOR)
    with database.transaction() as session:
        session.add(AuditEntry(staff_id=supervisor, action="file_released", detail=f"file_{sent}:wrongly_locked"))
    browser.sign_in("Sokha")
    browser.open("/audit")
    assert "Released a file · locked by mistake" in browser.page
