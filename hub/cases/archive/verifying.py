"""Is a package whole and ours? Every file against its manifest, the manifest against the office."""

from __future__ import annotations

import hashlib
import io
import tarfile
from dataclasses import dataclass
from pathlib import Path

import bagit
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from hub.cases.archive.package import SIGNATURE, SIGNED
from hub.cases.archive.scratch import scratch_folder
from hub.seals import signed_by


@dataclass(frozen=True, slots=True)
class PackageVerdict:
    """What was found: `faults` is empty for a whole package that the office signed."""

    code: str
    files: int
    faults: tuple[str, ...]


def verify_package(content: bytes, keys: tuple[Ed25519PublicKey, ...]) -> PackageVerdict:
    """Return what is wrong with the tar of a package; nothing if it is whole and signed."""
    with scratch_folder() as folder:
        try:
            with tarfile.open(fileobj=io.BytesIO(content)) as tar:
                _unpack(tar, folder)
        except (tarfile.TarError, OSError) as error:
            return PackageVerdict("", 0, (f"bukan paket / is no package: {type(error).__name__}",))
        bags = [path for path in folder.iterdir() if path.is_dir()]
        if len(bags) != 1:
            return PackageVerdict("", 0, ("bukan satu paket / is not one package",))
        return _verify_bag(bags[0], keys)


def _unpack(tar: tarfile.TarFile, folder: Path) -> None:
    """Write the plain files of a package; anything that would leave the folder is passed over."""
    for member in tar.getmembers():
        target = (folder / member.name).resolve()
        file = tar.extractfile(member) if member.isfile() else None
        if file is None or not target.is_relative_to(folder.resolve()):
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(file.read())


def _verify_bag(folder: Path, keys: tuple[Ed25519PublicKey, ...]) -> PackageVerdict:
    faults: list[str] = []
    try:
        bag = bagit.Bag(str(folder))
        bag.validate()
    except bagit.BagValidationError as error:
        details = [str(one) for one in getattr(error, "details", ())] or [str(error)]
        faults += details
    except bagit.BagError as error:
        faults.append(str(error))
    faults += _wrong_signature(folder, keys)
    files = sum(path.is_file() for path in (folder / "data").rglob("*"))
    return PackageVerdict(folder.name, files, tuple(faults))


def _wrong_signature(folder: Path, keys: tuple[Ed25519PublicKey, ...]) -> list[str]:
    try:
        text = (folder / SIGNATURE).read_text("ascii").strip()
        manifest = (folder / "tagmanifest-sha256.txt").read_bytes()
    except (OSError, ValueError):
        return ["tidak bertanda tangan / is not signed"]
    digest = hashlib.sha256(manifest).hexdigest().upper()
    if text.rpartition(":")[0] != f"{SIGNED}{folder.name}:{digest}":
        return ["tanda tangan milik isi lain / the signature belongs to other content"]
    if not signed_by(text, keys):
        return ["tanda tangan bukan dari kantor ini / the signature is not this office's"]
    return []
