"""The proxy through which a URL is asked: pip's setting, else the variables of the environment."""

from urllib.parse import urlsplit


def proxy_for(url: str, configured: str | None) -> str | None:
    """The URL of the proxy, None for none. `configured` is asked for all hosts (empty: none is), like pip's --proxy;
    where it is None, HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY decide, as in pip's HTTP library."""
    if configured is not None:
        return _with_scheme(configured) if configured else None
    from urllib.request import getproxies, proxy_bypass

    proxies = getproxies()
    parts = urlsplit(url)
    proxy = proxies.get(parts.scheme) or proxies.get("all")
    if not proxy or proxy_bypass(parts.netloc.rpartition("@")[2]) or _is_in(parts.hostname, proxies.get("no", "")):
        return None
    return _with_scheme(proxy)


def _with_scheme(proxy: str) -> str:
    return proxy if "://" in proxy else f"http://{proxy}"


def _is_in(host: str | None, networks: str) -> bool:
    """Whether an address is in one of the networks (`10.0.0.0/8`) of a NO_PROXY."""
    if "/" not in networks or host is None:
        return False
    from ipaddress import ip_address, ip_network

    try:
        address = ip_address(host)
    except ValueError:
        return False
    for network in map(str.strip, networks.split(",")):
        try:
            if address in ip_network(network, strict=False):
                return True
        except ValueError:
            continue
    return False
