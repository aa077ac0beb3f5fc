"""The invented phones of the demo page and one cry for help per language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class SandboxPhone:
    """A phone on the page. `address` is what the channel sees as the sender."""

    address: str
    title: str
    subtitle: str


@dataclass(frozen=True, kw_only=True)
class Example:
    """A message sent at one click; `meaning` is its English, for whoever watches."""

    language: str
    name: str
    text: str
    meaning: str


# By channel. The number is of the range Ofcom keeps free for films and books: it belongs to nobody.
PHONES: Mapping[str, SandboxPhone] = {
    "sandbox_sms": SandboxPhone(address="+447700900142", title="Reporter", subtitle="by SMS"),
    "sandbox_telegram": SandboxPhone(address="demo-telegram", title="Reporter", subtitle="on Telegram"),
    "sandbox_staff": SandboxPhone(address="demo-responder", title="Responder", subtitle="on call"),
}

EXAMPLES: tuple[Example, ...] = (
    Example(language="km", name="ខ្មែរ", text="សូមជួយផង គេចាក់សោទ្វារ", meaning="help me, they locked the door"),
    Example(language="th", name="ไทย", text="ช่วยด้วย เขาล็อคประตูขังหนูไว้", meaning="help, they locked me in"),
    Example(
        language="vi",
        name="Tiếng Việt",
        text="Cứu em với, họ khóa cửa không cho em ra ngoài",
        meaning="save me, they locked the door and do not let me out",
    ),
    Example(
        language="my",
        name="မြန်မာ",
        text="ကယ်ပါ၊ သူတို့ တံခါးသော့ခတ်ထားတယ်",
        meaning="save me, they locked the door",
    ),
    Example(
        language="en",
        name="English",
        text="Please help, they locked the door and took our passports",
        meaning="",
    ),
)

# Printed on the demo page: it opens nothing but the demo, which refuses to start beside a real installation.
DEMO_NAME = "Noor"
DEMO_PASSWORD = "a quiet river"  # noqa: S105 - see above
