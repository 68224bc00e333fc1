"""Which certificates are trusted and which one is shown, as pip, its libraries and uv are told."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import ssl


class CertificatesError(Exception):
    """Certificates that cannot be read; the text tells which, for people."""


class Certificates(NamedTuple):
    """A file of certificates, folders as OpenSSL reads them (a list like PATH), and the `setting` that names them."""

    file: str | None = None
    folders: str | None = None
    setting: str = "`cert`"

    @classmethod
    def at(cls, path: str, setting: str) -> "Certificates":
        return cls(folders=path, setting=setting) if Path(path).is_dir() else cls(path, setting=setting)

    @property
    def path(self) -> str:
        return self.file or self.folders or ""

    @property
    def missing(self) -> bool:
        """Whether nothing is where they should be."""
        paths = [self.file] if self.file is not None else (self.folders or "").split(os.pathsep)
        return not any(Path(path).exists() for path in paths)


def trusted(options: Mapping[str, str], environment: Mapping[str, str]) -> Certificates | None:
    """pip's own setting, else what its HTTP library reads, else what OpenSSL and uv read."""
    if path := options.get("cert"):
        return Certificates.at(path, _where("cert", environment))
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        if path := environment.get(name):
            return Certificates.at(path, f"`{name}`")
    file, folders = environment.get("SSL_CERT_FILE"), environment.get("SSL_CERT_DIR")
    if not file and not folders:
        return None
    return Certificates(file or None, folders or None, "`SSL_CERT_FILE`" if file else "`SSL_CERT_DIR`")


def client_certificate(options: Mapping[str, str], environment: Mapping[str, str]) -> Certificates | None:
    path = options.get("client-cert")
    return Certificates(path, setting=_where("client-cert", environment)) if path else None


def _where(option: str, environment: Mapping[str, str]) -> str:
    """How people find a setting of pip."""
    variable = f"PIP_{option.upper().replace('-', '_')}"
    return f"`{variable}`" if environment.get(variable) else f"`{option}` in pip's configuration"


def trusting(certificates: Certificates | None) -> "ssl.SSLContext":
    """Trusts what is configured, else the system's certificates (for uv, UV_SYSTEM_CERTS), and where it has none those
    that come with httpx. To load both takes as long as to ask for ten projects. Raises CertificatesError."""
    import ssl

    try:
        if certificates is not None:
            return ssl.create_default_context(cafile=certificates.file, capath=certificates.folders)
        context = ssl.create_default_context()
        if not context.cert_store_stats()["x509_ca"]:
            import certifi

            context.load_verify_locations(certifi.where())
    except (OSError, ValueError):
        raise CertificatesError(_unreadable(certificates)) from None
    return context


def showing(certificate: Certificates, context: "ssl.SSLContext", *, verified: bool) -> "ssl.SSLContext":
    """The context that also shows a client certificate, the key of which stands in the same file, as for pip. Raises
    CertificatesError."""
    import ssl

    if not verified:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    try:
        # A key that is encrypted cannot be used: nobody is asked for its password.
        context.load_cert_chain(certificate.path, password="")
    except (OSError, ValueError):
        raise CertificatesError(_unreadable(certificate)) from None
    return context


def _unreadable(certificates: Certificates | None) -> str:
    if certificates is None:
        return "the certificates of this system cannot be read"
    return f"the certificates in {certificates.path}, which {certificates.setting} names, cannot be read"
