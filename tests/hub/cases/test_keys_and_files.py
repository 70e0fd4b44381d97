"""Keys and stored files: what is sealed opens only in its place, and damage is seen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hub.blobs import Blobs
from hub.errors import BadInput, Fault, NotFound
from hub.keys import KeyFileError, Keyring, outside, seal, unseal

KEY = bytes(range(32))


def test_a_key_file_is_private_and_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "master.key"
    created = Keyring.create(path)

    assert path.stat().st_mode & 0o777 == 0o600
    assert Keyring.load(path).blind("x", "y") == created.blind("x", "y")
    with pytest.raises(KeyFileError, match="never overwritten"):
        Keyring.create(path)


def test_a_key_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "master.key"
    Keyring.create(path)
    path.chmod(0o644)

    with pytest.raises(KeyFileError, match="chmod 600"):
        Keyring.load(path)


@pytest.mark.parametrize("content", ["", "abc", "zz" * 32, "00" * 31])
def test_a_broken_key_file_says_what_it_must_be(tmp_path: Path, content: str) -> None:
    path = tmp_path / "master.key"
    path.write_text(content)
    path.chmod(0o600)

    with pytest.raises(KeyFileError, match=r"64 hex digits|32 byte"):
        Keyring.load(path)


def test_the_key_may_not_lie_in_the_hubs_folder(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match="outside DIR"):
        outside(tmp_path / "hub" / "keys" / "master.key", tmp_path / "hub")


def test_a_sealed_value_opens_only_with_its_key_in_its_place() -> None:
    sealed = seal(KEY, b"secret", "1/application/a")

    assert unseal(KEY, sealed, "1/application/a") == b"secret"
    for key, text, place in (
        (KEY, sealed, "1/application/b"),
        (KEY[::-1], sealed, "1/application/a"),
        (KEY, sealed[:-1] + bytes([sealed[-1] ^ 1]), "1/application/a"),
        (KEY, sealed[:5], "1/application/a"),
    ):
        with pytest.raises(Fault):
            unseal(key, text, place)


def test_a_blind_index_ignores_how_a_number_is_written() -> None:
    keyring = Keyring(KEY)

    assert keyring.blind("passport", "l898902-c3 ") == keyring.blind("passport", "L898902C3")
    assert keyring.blind("passport", "L898902C3") != keyring.blind("ntpn", "L898902C3")
    assert keyring.blind("a", "b") != Keyring(KEY[::-1]).blind("a", "b")


def test_a_file_is_stored_encrypted_and_read_back(tmp_path: Path) -> None:
    files = Blobs(tmp_path, Keyring(KEY))

    stored = files.put(b"a scan of a passport")

    path = tmp_path / stored.id[:2] / stored.id
    assert files.get(stored.id) == b"a scan of a passport"
    assert b"passport" not in path.read_bytes()
    assert list(files.ids()) == [stored.id]
    assert not list(tmp_path.glob("??/.*"))


def test_a_damaged_or_moved_file_does_not_open(tmp_path: Path) -> None:
    files = Blobs(tmp_path, Keyring(KEY))
    one, two = files.put(b"one"), files.put(b"two")
    first, second = (tmp_path / s.id[:2] / s.id for s in (one, two))
    content = first.read_bytes()

    second.write_bytes(content)
    first.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))

    for stored in (one, two):
        with pytest.raises(Fault):
            files.get(stored.id)


@pytest.mark.parametrize("blob", ["", "../../etc/passwd", "A" * 32, "0" * 31, "0" * 32])
def test_an_unknown_file_is_not_found(tmp_path: Path, blob: str) -> None:
    with pytest.raises(NotFound):
        Blobs(tmp_path, Keyring(KEY)).get(blob)


@pytest.mark.parametrize("content", [b"", bytes(30 * 1024 * 1024 + 1)])
def test_an_empty_or_huge_file_is_refused_in_words(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(BadInput) as refused:
        Blobs(tmp_path, Keyring(KEY)).put(content)

    assert "30 MiB" in refused.value.id


def test_the_sweep_removes_only_old_files_that_nobody_refers_to(tmp_path: Path) -> None:
    files = Blobs(tmp_path, Keyring(KEY))
    kept, orphan = files.put(b"kept"), files.put(b"orphan")
    written = datetime.fromtimestamp((tmp_path / orphan.id[:2] / orphan.id).stat().st_mtime, UTC)

    assert files.sweep({kept.id}, written - timedelta(days=1)) == 0
    assert files.sweep({kept.id}, written + timedelta(days=1)) == 1
    assert list(files.ids()) == [kept.id]
