"""The tool that writes the next migration writes what changed in the models, and only that."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
NEW_COLUMN = '    spoken: Mapped[bool] = mapped_column(server_default="0")\n'


def test_the_next_migration_holds_only_what_changed(tmp_path: Path) -> None:
    for package in ("hub", "devices", "scripts"):
        leave_out = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / package, tmp_path / package, ignore=leave_out)
    models = tmp_path / "hub" / "models" / "officer.py"
    head, table, rest = models.read_text().partition('    __tablename__ = "officers"\n')
    models.write_text(f"{head}{table}{NEW_COLUMN}{rest}")
    versions = tmp_path / "hub" / "migrations" / "versions"
    before = set(versions.glob("m*.py"))

    subprocess.run(
        [sys.executable, "scripts/new_migration.py", "Officers may speak"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        check=True,
        capture_output=True,
    )

    [script] = set(versions.glob("*.py")) - before - {versions / "__init__.py"}
    newest = max(path.name[1:5] for path in before)
    text = script.read_text()
    assert script.name == f"m{int(newest) + 1:04}_officers_may_speak.py"
    assert f"down_revision = '{newest}'" in text
    assert text.count("op.") == 1
    assert "op.add_column('officers', sa.Column('spoken'" in text
