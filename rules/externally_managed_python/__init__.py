from collections.abc import Iterator

from lint_alpine.rule import Applicability, Diagnostic, Edit, Facts, Fix, Rule, Severity, after

OVERRIDE = "--break-system-packages"


def check(rule: Rule, facts: Facts) -> Iterator[Diagnostic]:
    for stage, install in facts.forbidden_installs:
        verb, release = install.verb, install.environment.release
        reason = f"is refused: Alpine {release} marks its Python as managed by apk"
        if install.install.verb == "ensurepip":
            way_out = "`apk add --no-cache py3-pip` brings pip"
            yield rule.at(verb, f"`python3 -m ensurepip` {reason}", way_out, stage=stage)
            continue
        uv = install.installer == "uv"
        into = "`uv pip install --python /venv ...`" if uv else "`/venv/bin/pip install ...`"
        yield rule.at(
            verb,
            f"`{'uv pip' if uv else 'pip'} {verb.text}` {reason}",
            f"install into a virtual environment: `python3 -m venv /venv`, then {into}",
            f"`{OVERRIDE}` installs beside apk's packages all the same",
            stage=stage,
            fix=Fix(f"add {OVERRIDE}", (Edit(after(verb), f" {OVERRIDE}"),), Applicability.UNSAFE),
        )


RULE = Rule("LA502", "externally-managed-python", Severity.ERROR, check)
