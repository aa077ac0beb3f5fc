"""Who operates this installation, and what a reporter must be told about them: `deployment.yml`, as a checked model.

What the machine needs to run (addresses, tokens, times) is not here: that is `settings.py`.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self

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


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
OperatorName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_OPERATOR_NAME)]
NeutralLine = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_NEUTRAL_LINE)]
CountryCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class DutyToReport(_Strict):
    """A law that makes the operator tell somebody; a reporter has a right to know before they write more."""

    who: Text  # who must be told: "police", "child protection"
    what: Text  # of what: "a child in danger"
    law: Text  # which law says so


class Deployment(_Strict):
    """One operator's installation."""

    operator_name: dict[OfferedLanguage, OperatorName]
    kind: OperatorKind
    country: CountryCode
    duties_to_report: tuple[DutyToReport, ...] = ()
    no_duty_to_report_checked: bool = False  # a lawyer found none: needed when the list is empty, except for an NGO
    locked_files_route: Text | None = None  # what law and agreement ask of files with a child and abuse; staff read it
    languages: tuple[OfferedLanguage, ...] = Field(min_length=1)
    default_language: OfferedLanguage
    neutral_line: dict[OfferedLanguage, NeutralLine]  # sent when writing is not safe; names nothing and nobody
    gateways: tuple[Gateway, ...] = Field(min_length=1)
    home_region: CountryCode  # where a number without a country code is read

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        problems = [*self._language_problems(), *self._country_problems()]
        for name, values in (("languages", self.languages), ("gateways", self.gateways)):
            if len(set(values)) != len(values):
                problems.append(f"{name}: one is named twice")
        authority = self.kind in (OperatorKind.POLICE, OperatorKind.GOVERNMENT)
        if authority and not self.duties_to_report and not self.no_duty_to_report_checked:
            problems.append(f"duties_to_report: a {self.kind.value} operator states them, or no_duty_to_report_checked")
        if self.duties_to_report and self.no_duty_to_report_checked:
            problems.append("no_duty_to_report_checked: contradicts duties_to_report")
        if problems:
            raise ValueError("; ".join(problems))
        return self

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
    languages=tuple(OfferedLanguage),
    default_language=OfferedLanguage.ENGLISH,
    neutral_line={
        OfferedLanguage.THAI: "ขอบคุณค่ะ ติดต่อได้ทุกเมื่อ",
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
