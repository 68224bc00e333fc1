from collections.abc import Iterator

from lint_alpine.rule import Applicability, Diagnostic, Edit, Facts, Fix, Rule, Severity, after


def check(rule: Rule, facts: Facts) -> Iterator[Diagnostic]:
    for stage, install in facts.refused_installs:
        override = f"`--break-system-packages` installs into `{install.environment.python_prefix}` all the same"
        fix = Fix(
            "add --break-system-packages",
            (Edit(after(install.verb), " --break-system-packages"),),
            Applicability.UNSAFE,
        )
        bare = install.install.verb == "ensurepip"
        yield rule.at(
            install.verb,
            f"`{'python3 -m ensurepip' if bare else f'{install.installer} {install.verb.text}'}` is refused: "
            f"Alpine {install.environment.release} marks its Python as managed by apk",
            "`apk add py3-pip` installs pip" if bare else "install into a virtual environment: `python3 -m venv /venv`, "
            "then `/venv/bin/pip install ...`",
            *(() if bare else (override,)),
            stage=stage,
            fix=None if bare else fix,
        )


RULE = Rule("LA502", "externally-managed-python", Severity.ERROR, check)
