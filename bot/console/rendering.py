"""Templates, in the staff member's language. Words come from the catalogues by context "console"; what is not
translated yet is shown in English."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from starlette.responses import HTMLResponse

from bot.console.labels import LANGUAGES, labels
from bot.conversation.wording import Catalogues

_FOLDER = Path(__file__).parent / "templates"


class Templates:
    """Every page of the console as a template; nothing inline, everything escaped."""

    def __init__(self, catalogues: Catalogues) -> None:
        self._catalogues = catalogues
        self._environment = Environment(
            loader=FileSystemLoader(_FOLDER),
            autoescape=True,
            undefined=StrictUndefined,
            extensions=["jinja2.ext.i18n"],
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.install_gettext_callables(  # type: ignore[attr-defined]
            self._plain, self._plural, newstyle=True, pgettext=self._in_context
        )
        self._environment.filters |= {"waiting": self._waiting, "clock": clock_time, "label": self._label}

    def show(self, template: str, language: str, *, status: int = 200, **values: object) -> HTMLResponse:
        """The page as a response."""
        html = self._environment.get_template(template).render(language=language, **values)
        return HTMLResponse(html, status_code=status)

    def say(self, language: str, english: str) -> str:
        """One sentence in a language; English when there is no translation."""
        return self._catalogues.text(language, "console", english)

    @pass_context
    def _in_context(self, page: Context, context: str, english: str) -> str:
        return self._catalogues.text(str(page["language"]), context, english)

    def _plain(self, english: str) -> str:
        raise AssertionError(f"without context: {english}")

    def _plural(self, english: str, plural: str, count: int) -> str:
        raise AssertionError(f"without context: {english}")

    @pass_context
    def _waiting(self, page: Context, duration: timedelta) -> str:
        """How long somebody has been waiting, coarser the longer it is."""
        minutes = max(int(duration.total_seconds()), 0) // 60
        form, values = waiting_words(minutes)
        return self.say(str(page["language"]), form) % values

    @pass_context
    def _label(self, page: Context, code: str | None, of: str) -> str:
        """The words for a coded value; the code itself, readable, when it has none."""
        if code is None:
            return ""
        if of == "language" and code in LANGUAGES:
            return LANGUAGES[code]
        english = labels(of).get(code)
        return self.say(str(page["language"]), english) if english else code.replace("_", " ")


WAITING_FORMS = ("%(minutes)s min", "%(hours)s h %(minutes)s min", "%(days)s d %(hours)s h")


def waiting_words(minutes: int) -> tuple[str, Mapping[str, object]]:
    """The English form and its values."""
    if minutes < 60:
        return WAITING_FORMS[0], {"minutes": minutes}
    if minutes < 24 * 60:
        return WAITING_FORMS[1], {"hours": minutes // 60, "minutes": f"{minutes % 60:02}"}
    return WAITING_FORMS[2], {"days": minutes // 1440, "hours": minutes % 1440 // 60}


def clock_time(at: datetime) -> str:
    """An instant as staff read it, in UTC and marked so: staff and reporter may be in different countries."""
    return at.strftime("%d %b %H:%M UTC")
