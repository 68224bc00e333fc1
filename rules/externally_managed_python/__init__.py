from collections.abc import Iterator

from lint_alpine.rule import Applicability, Diagnostic, Facts, Fix, Rule, Severity, with_option

OVERRIDE = "--break-system-packages"


def check(rule: Rule, facts: Facts) -> Iterator[Diagnostic]:
    for stage, install, without_pip in facts.forbidden_installs:
        verb, release = install.verb, install.environment.release
        reason = f"is refused: Alpine {release} marks its Python as managed by apk"
        if install.install.verb == "ensurepip":
            way_out = "`apk add --no-cache py3-pip` brings pip"
            yield rule.at(verb, f"`python3 -m ensurepip` {reason}", way_out, stage=stage)
            continue
        if without_pip:
            yield rule.at(
                verb,
                f"`pip {verb.text}` fails: without `py3-pip` there is no pip, and with it pip refuses, since Alpine "
                f"{release} marks its Python as managed by apk",
                "a virtual environment has a pip of its own: `python3 -m venv /venv`, then `/venv/bin/pip install ...`",
                stage=stage,
            )
            continue
        uv = install.installer == "uv"
        override = with_option(install, OVERRIDE)
        into = "`uv pip install --python /venv ...`" if uv else "`/venv/bin/pip install ...`"
        yield rule.at(
            verb,
            f"`{'uv pip' if uv else 'pip'} {verb.text}` {reason}",
            f"install into a virtual environment: `python3 -m venv /venv`, then {into}",
            f"`{OVERRIDE}` installs beside apk's packages all the same",
            stage=stage,
            fix=Fix(f"add {OVERRIDE}", (override,), Applicability.UNSAFE) if override else None,
        )


RULE = Rule("LA502", "externally-managed-python", Severity.ERROR, check)
