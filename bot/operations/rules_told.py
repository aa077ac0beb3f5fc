"""The rules of this deployment about telling others, in English, for whoever runs it: `sampan config show` and the
doctor. What reporters read of the same rules is in bot/conversation/who_is_told.py."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from bot.conversation.who_is_told import who_is_told
from bot.conversation.wording import Wording
from bot.deployment import Deployment, OfferedLanguage, load_deployment
from bot.operations.installation import load_settings

config_app = typer.Typer(no_args_is_help=True, help="What deployment.yml says, and what follows from it.")


def rules(deployment: Deployment) -> Iterator[str]:
    """One sentence a rule, the strictest first."""
    yield "by itself nobody outside is told; a case is told to whom the person chose"
    for duty in deployment.duties_to_report:
        yield (
            f"duty: {_readable(duty.trigger)} to {_readable(duty.to)} ({duty.law}); "
            "told beforehand, released by two people, also against the person's choice"
        )
    if not deployment.duties_to_report:
        yield "duty: none; no_duty_to_report_checked says that a lawyer looked"
    parties = ", ".join(_readable(party) for party in deployment.tips_may_go_to)
    yield f"tips may go to: {parties or 'nobody'}" + (" (two people agree)" if parties else "")
    yield "where an official is named: two people for everybody; police only if chosen after that"


def _readable(code: str) -> str:
    return code.replace("_", " ")


@config_app.command("show")
def show(
    file: Annotated[Path | None, typer.Option(help="Another deployment.yml than this installation's.")] = None,
    language: Annotated[OfferedLanguage, typer.Option(help="The language of what reporters read.")] = (
        OfferedLanguage.ENGLISH
    ),
) -> None:
    """Who operates, which rules about telling others follow, and what reporters read of them."""
    path = file or load_settings().deployment_path
    deployment = load_deployment(path)
    origin = str(path) if path.exists() else "the built-in demo"
    typer.echo(f"{origin}: {deployment.kind.value} in {deployment.country}")
    for rule in rules(deployment):
        typer.echo(f"- {rule}")
    wording = Wording.load(deployment)
    for topic in ("help", "tip"):
        typer.echo(f"\nread by whoever writes for {topic}:")
        typer.echo(who_is_told(wording, topic, language.value, sms=True).text)
