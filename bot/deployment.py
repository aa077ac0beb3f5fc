"""Who operates this installation, and what a reporter must be told about them: `deployment.yml`, as a checked model.

What the machine needs to run (addresses, tokens, times) is not here: that is `settings.py`.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from phonenumbers import SUPPORTED_REGIONS
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from bot.errors import ConfigurationError

LONGEST_OPERATOR_NAME = 24  # leaves room for the rest of the sentence in one SMS
LONGEST_NEUTRAL_LINE = 67  # one part of a long SMS in UCS-2 (3GPP TS 23.040, 9.2.3.24)


class OfferedLanguage(StrEnum):
    """The languages there are catalogues for (ISO 639-1)."""

    THAI = "th"
    KHMER = "km"
    VIETNAMESE = "vi"
    BURMESE = "my"
    ENGLISH = "en"


class OperatorKind(StrEnum):
    """Who stands behind the number; a reporter is told."""

    NGO = "ngo"  # no power of arrest, may still have duties to report
    GOVERNMENT = "government"  # a ministry, a hotline of the state
    POLICE = "police"  # can arrest, also the reporter


class Gateway(StrEnum):
    """A way messages come and go."""

    TELEGRAM = "telegram"
    SMS_TWILIO = "sms_twilio"
    SMS_GATEWAY = "sms_gateway"  # a phone with a SIM
    SANDBOX = "sandbox"  # the demo's phones; never with real people


class Party(StrEnum):
    """Somebody outside who may be told of a case."""

    NGO = "ngo"  # an aid group
    EMBASSY = "embassy"  # the embassy of the person in need
    LABOUR = "labour"  # labour inspectors
    POLICE = "police"  # also anti-trafficking units, and whoever else can arrest
    CHILD_PROTECTION = "child_protection"  # the child protection office of a state
    LOCAL_AUTHORITY = "local_authority"  # a commune, a district: in Viet Nam the People's Committee


class Trigger(StrEnum):
    """What a law makes the operator tell of."""

    CHILD_IN_DANGER = "child_in_danger"  # somebody under 18 is being harmed, or soon will be
    DANGER_TO_LIFE = "danger_to_life"  # somebody may die, or be badly hurt, now
    EVERY_REPORT = "every_report"  # whoever turns to them in need, as Viet Nam's Law 53/2024 is reported to say


# More do not fit the one message in which a reporter is told of them: two SMS parts in every language.
MOST_DUTIES, MOST_TIP_PARTIES = 2, 2
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
OperatorName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_OPERATOR_NAME)]
NeutralLine = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_NEUTRAL_LINE)]
CountryCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]


def _named(codes: type[StrEnum]) -> str:
    return ", ".join(codes)


# One zone in each of these (Indonesia has three: its capital's), and no summer time; IANA time zone database.
_ZONE_OF_COUNTRY = {
    "TH": "Asia/Bangkok",
    "KH": "Asia/Phnom_Penh",
    "VN": "Asia/Ho_Chi_Minh",
    "LA": "Asia/Vientiane",
    "MM": "Asia/Yangon",
    "MY": "Asia/Kuala_Lumpur",
    "SG": "Asia/Singapore",
    "PH": "Asia/Manila",
    "ID": "Asia/Jakarta",
}


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class DutyToReport(_Strict):
    """A law that makes the operator tell somebody. Codes, because reporters are told of it in their own language before
    they write more; only `law` is for staff alone."""

    trigger: Trigger
    to: Party
    law: Text  # which law says so: its name and section

    @model_validator(mode="before")
    @classmethod
    def _is_of_this_version(cls, raw: object) -> object:
        if isinstance(raw, dict) and {"who", "what"} & set(raw):
            raise ValueError(
                f"`what` is now `trigger` (one of: {_named(Trigger)}), `who` is now `to` (one of: {_named(Party)})"
            )
        return raw


def _units(text: str) -> int:
    """UTF-16 units, by which a text outside GSM-7 is counted."""
    return len(text.encode("utf-16-le")) // 2


# Plain, true of any installation, and nobody's name: a real firm must never be named.
DEFAULT_COVER_NAME = {
    OfferedLanguage.THAI: "บริการข้อความอัตโนมัติ",
    OfferedLanguage.KHMER: "សេវាសារស្វ័យប្រវត្តិ",
    OfferedLanguage.VIETNAMESE: "Dịch vụ tin tự động",
    OfferedLanguage.BURMESE: "အလိုအလျောက် စာစနစ်",
    OfferedLanguage.ENGLISH: "an automatic service",
}
DEFAULT_COVER_LINE = {
    OfferedLanguage.THAI: "ที่นี่คือ{name} ส่งข้อความมาเมื่อไรก็ได้",
    OfferedLanguage.KHMER: "នេះជា{name}។ អាចសរសេរមកបានគ្រប់ពេល។",
    OfferedLanguage.VIETNAMESE: "Đây là {name}. Bạn có thể nhắn bất cứ lúc nào.",
    OfferedLanguage.BURMESE: "ဒါက {name} ပါ။ အချိန်မရွေး ရေးနိုင်ပါတယ်။",
    OfferedLanguage.ENGLISH: "This is {name}. You can write any time.",
}


class Deployment(_Strict):
    """One operator's installation."""

    operator_name: dict[OfferedLanguage, OperatorName]
    kind: OperatorKind
    country: CountryCode
    duties_to_report: tuple[DutyToReport, ...] = Field(default=(), max_length=MOST_DUTIES)
    no_duty_to_report_checked: bool = False  # a lawyer found none: needed when the list is empty
    tips_may_go_to: tuple[Party, ...] = ()  # what somebody saw may be passed on to them, though nobody chose it
    locked_files_route: Text | None = None  # what law and agreement ask of files with a child and abuse; staff read it
    languages: tuple[OfferedLanguage, ...] = Field(min_length=1)
    default_language: OfferedLanguage
    neutral_line: dict[OfferedLanguage, NeutralLine]  # sent when writing is not safe; names nothing and nobody
    cover_name: dict[OfferedLanguage, OperatorName] = DEFAULT_COVER_NAME  # who this is, for anybody who asks
    cover_line: dict[OfferedLanguage, NeutralLine] = DEFAULT_COVER_LINE  # told to them; {name} is the cover name
    time_zone: str | None = None  # IANA name; None: the country's own
    gateways: tuple[Gateway, ...] = Field(min_length=1)
    home_region: CountryCode  # where a number without a country code is read

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        problems = [*self._language_problems(), *self._country_problems(), *self._cover_problems()]
        named = (("languages", self.languages), ("gateways", self.gateways), ("tips_may_go_to", self.tips_may_go_to))
        for name, values in named:
            if len(set(values)) != len(values):
                problems.append(f"{name}: one is named twice")
        problems += self._duty_problems()
        if problems:
            raise ValueError("; ".join(problems))
        return self

    def _duty_problems(self) -> list[str]:
        """A reporter is told "the law makes us tell nobody" only where somebody looked."""
        problems = []
        if not self.duties_to_report and not self.no_duty_to_report_checked:
            problems.append(
                "duties_to_report: empty, so no_duty_to_report_checked must say that a lawyer found none; "
                "reporters are told either way"
            )
        if self.duties_to_report and self.no_duty_to_report_checked:
            problems.append("no_duty_to_report_checked: contradicts duties_to_report")
        pairs = [(duty.trigger, duty.to) for duty in self.duties_to_report]
        if len(set(pairs)) != len(pairs):
            problems.append("duties_to_report: the same trigger and party twice; name both laws in one `law`")
        everything = {duty.to for duty in self.duties_to_report if duty.trigger is Trigger.EVERY_REPORT}
        for duty in self.duties_to_report:
            if duty.trigger is not Trigger.EVERY_REPORT and duty.to in everything:
                problems.append(f"duties_to_report: every_report to {duty.to.value} says {duty.trigger.value} already")
        if len(self.tips_may_go_to) > MOST_TIP_PARTIES:
            problems.append(f"tips_may_go_to: {MOST_TIP_PARTIES} at most fit the message in which it is told")
        return problems

    def has_duty(self, trigger: Trigger, party: Party) -> bool:
        """Whether a law is listed that makes the operator tell this party of this."""
        return any(duty.trigger is trigger and duty.to is party for duty in self.duties_to_report)

    def _language_problems(self) -> list[str]:
        problems = []
        if self.default_language not in self.languages:
            problems.append("default_language: not among languages")
        for language in self.languages:
            if language not in self.operator_name:
                problems.append(f"operator_name: none in {language.value}")
            if language not in self.neutral_line:
                problems.append(f"neutral_line: none in {language.value}")
        return problems

    def _country_problems(self) -> list[str]:
        named = (("country", self.country), ("home_region", self.home_region))
        return [f"{name}: {code} is no country" for name, code in named if code not in SUPPORTED_REGIONS]

    def _cover_problems(self) -> list[str]:
        problems = []
        for language in self.languages:
            if language not in self.cover_name or language not in self.cover_line:
                problems.append(f"cover_name, cover_line: none in {language.value}")
            elif _units(self.told_to_strangers(language)) > LONGEST_NEUTRAL_LINE:
                problems.append(f"cover_line: longer than one SMS in {language.value}, with the cover name in it")
        try:
            _ = self.zone
        except (ZoneInfoNotFoundError, ValueError):
            problems.append("time_zone: this machine knows no such zone")
        return problems

    @property
    def zone(self) -> ZoneInfo:
        """Local time here: what "22:00" means to somebody who writes it."""
        return ZoneInfo(self.time_zone or _ZONE_OF_COUNTRY.get(self.country, "UTC"))

    def zone_in(self, country: str) -> ZoneInfo | None:
        """Local time in a country, by its ISO code; None where we do not know it."""
        if country == self.country:
            return self.zone
        name = _ZONE_OF_COUNTRY.get(country)
        return ZoneInfo(name) if name is not None else None

    def told_to_strangers(self, language: OfferedLanguage) -> str:
        """The answer to "who is this?": nothing that says what this is for, or that anybody wrote."""
        return self.cover_line[language].replace("{name}", self.cover_name[language])

    def to_yaml(self) -> str:
        """The file as it is written by `sampan init`."""
        content = self.model_dump(mode="json")
        return yaml.safe_dump(content, allow_unicode=True, sort_keys=False)


DEMO_DEPLOYMENT = Deployment(
    operator_name={
        OfferedLanguage.THAI: "สายด่วนตัวอย่าง",
        OfferedLanguage.KHMER: "ខ្សែទូរស័ព្ទគំរូ",
        OfferedLanguage.VIETNAMESE: "Đường dây mẫu",
        OfferedLanguage.BURMESE: "နမူနာ ဖုန်းလိုင်း",
        OfferedLanguage.ENGLISH: "Demo hotline",
    },
    kind=OperatorKind.NGO,
    country="TH",
    no_duty_to_report_checked=True,  # there is nobody behind the demo whom a law could bind
    languages=tuple(OfferedLanguage),
    default_language=OfferedLanguage.ENGLISH,
    neutral_line={
        OfferedLanguage.THAI: "ขอบคุณ ติดต่อมาเมื่อไรก็ได้",
        OfferedLanguage.KHMER: "អរគុណ។ អាចទាក់ទងមកវិញបានគ្រប់ពេល។",
        OfferedLanguage.VIETNAMESE: "Cảm ơn bạn. Bạn có thể nhắn lại bất cứ lúc nào.",
        OfferedLanguage.BURMESE: "ကျေးဇူးတင်ပါတယ်။ အချိန်မရွေး ပြန်ရေးနိုင်ပါတယ်။",
        OfferedLanguage.ENGLISH: "Thank you. You can write again any time.",
    },
    gateways=(Gateway.SANDBOX,),
    home_region="TH",
)


def parse_deployment(text: str, origin: str) -> Deployment:
    """Read a deployment file. Raises ConfigurationError that names every field that is wrong."""
    try:
        content = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ConfigurationError(f"{origin} is not YAML: {error}") from None
    try:
        return Deployment.model_validate(content)
    except ValidationError as error:
        raise ConfigurationError(f"{origin}: {describe(error)}") from None


def load_deployment(path: Path) -> Deployment:
    """The deployment of this installation; the built-in demo when there is no file."""
    if not path.exists():
        return DEMO_DEPLOYMENT
    return parse_deployment(path.read_text(encoding="utf-8"), str(path))


def describe(error: ValidationError) -> str:
    """A validation error as one line of "field: what is wrong", without the values."""
    problems = []
    for item in error.errors(include_url=False, include_input=False):
        field = ".".join(str(part) for part in item["loc"])
        message = item["msg"].removeprefix("Value error, ")
        problems.append(f"{field}: {message}" if field else message)
    return "; ".join(problems)
