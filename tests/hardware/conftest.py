"""Metal is named by `--address`; without one nothing in this folder is collected."""

from pathlib import Path

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--address",
        action="append",
        default=[],
        help="address of a real device, e.g. r30x:/dev/ttyUSB0; may be given several times",
    )


def addresses(config: pytest.Config) -> list[str]:
    # the option is known only when this folder was named on the command line
    return list(config.getoption("--address", default=[]))


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    in_here = collection_path.parent == Path(__file__).parent
    return True if in_here and not addresses(config) else None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "address" in metafunc.fixturenames:
        metafunc.parametrize("address", addresses(metafunc.config))
