"""Asks the package index which files exist and what releases need: the only module that opens connections."""

import re
import zlib
from collections.abc import Callable, Collection, Coroutine, Generator, Mapping
from dataclasses import dataclass, replace
from hashlib import new as new_hash
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar

from packaging.version import Version

from lint_alpine.wheels.archives import ArchiveError, Members, Part, Range, TarStream, read_zip
from lint_alpine.wheels.cache import DiskCache, Entry, lifetime
from lint_alpine.wheels.distribution import Distribution
from lint_alpine.wheels.evidence import Evidence, Needs, Offer, Origin, Unavailable
from lint_alpine.wheels.metadata import (
    MetadataError,
    SdistContents,
    is_metadata,
    is_top_level,
    read_metadata,
    read_requirements,
    sdist_contents,
)
from lint_alpine.wheels.pages import ACCEPT, NotAnIndexPageError, Page, from_rows, read_page
from lint_alpine.wheels.settings import IndexSettings
from lint_alpine.wheels.urls import without_credentials

if TYPE_CHECKING:
    import asyncio
    import threading

    import httpx
